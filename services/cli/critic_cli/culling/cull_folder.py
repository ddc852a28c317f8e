"""One culling: upload a folder, and wait until the album is scored."""

import os
import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.find_shoot import Shoot
from critic_cli.culling.folder_changes import remove_missing, restore_decisions
from critic_cli.culling.journal import Journal
from critic_cli.culling.progress import CullProgress, cull_progress
from critic_cli.culling.same_stem import Shot
from critic_cli.culling.upload import UploadedShot, upload_all
from critic_client import Client
from critic_core.contracts.album import AlbumPhoto
from critic_core.contracts.errors import AlbumNotFound
from critic_core.contracts.photo import PhotoState
from critic_core.metadata.natural_order import natural_key

ShotsById = dict[str, list[Shot]]
"""The shots of each photo: the original, then files with the same bytes."""

_COPY_NAME = re.compile(r"\(\d+\)$|\bcop(y|ie)\b|kopie", re.IGNORECASE)


@dataclass(frozen=True)
class CulledFolder:
    """The scored album, the shots of its photos, the problems, and the number of photos that left the album."""

    album_id: str
    shots: ShotsById
    problems: list[str]
    removed: int


def cull_folder(client: Client, shoot: Shoot, journal: Journal, fresh: bool) -> CulledFolder:
    """Bring the album to the state of the folder, and wait until all photos are scored."""
    album_id = _album(client, shoot.folder, journal, fresh)
    removed = remove_missing(client, album_id, shoot.shots, journal, shoot.unreadable)
    with cull_progress(len(shoot.shots)) as progress:
        uploads = _upload(client, album_id, shoot, journal, progress)
        client.albums.wait(album_id)
    by_id = defaultdict[str, list[Shot]](list)
    for uploaded in uploads:
        if uploaded.photo_id is not None:
            by_id[uploaded.photo_id].append(uploaded.shot)
    for same_bytes in by_id.values():
        same_bytes.sort(key=_original_first)
    photos = list(client.albums.ranking(album_id))
    restore_decisions(client.albums, album_id, journal, photos)
    problems = [f"{uploaded.shot.upload}: {uploaded.problem.detail}" for uploaded in uploads if uploaded.problem]
    failed = [photo for photo in photos if photo.state is PhotoState.failed and photo.id in by_id]
    return CulledFolder(album_id, by_id, problems + [_failure(photo, by_id) for photo in failed], removed)


def _original_first(shot: Shot) -> tuple[bool, int, object]:
    """Of files with the same bytes: names and folders that say "copy" come last, then deep paths."""
    path = shot.upload
    is_copy = any(_COPY_NAME.search(name) for name in (path.stem, path.parent.name))
    return is_copy, str(path).count(os.sep), natural_key(str(path))


def _album(client: Client, folder: Path, journal: Journal, fresh: bool) -> str:
    """The album of the last run if the server still has it, otherwise a new one."""
    album_id = None if fresh else journal.load()
    if album_id is not None:
        try:
            return client.albums.get(album_id).id
        except AlbumNotFound:
            pass
    album = client.albums.create(folder.resolve().name[:200] or None)
    journal.begin(album.id)
    return album.id


def _upload(
    client: Client, album_id: str, shoot: Shoot, journal: Journal, progress: CullProgress
) -> list[UploadedShot]:
    uploads = [UploadedShot(shot, photo_id) for shot in shoot.shots if (photo_id := journal.photo_id(shot))]
    progress.resume(len(uploads))
    uploaded_before = {uploaded.shot for uploaded in uploads}
    ended = threading.Event()
    threading.Thread(target=progress.follow_scoring, args=(client.albums, album_id, ended), daemon=True).start()
    new_shots = [shot for shot in shoot.shots if shot not in uploaded_before]
    for uploaded in progress.count(upload_all(client.albums, album_id, new_shots, shoot.folder)):
        if uploaded.photo_id is not None:
            journal.append(uploaded.shot, uploaded.photo_id, uploaded.state)
        uploads.append(uploaded)
    ended.set()
    return uploads


def _failure(photo: AlbumPhoto, shots: ShotsById) -> str:
    detail = photo.problem.detail if photo.problem else "The photo could not be scored."
    return f"{shots[photo.id][0].upload}: {detail}"
