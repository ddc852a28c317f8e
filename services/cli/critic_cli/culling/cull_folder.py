"""One culling: upload a folder, and wait until the album is scored."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from critic_cli.client.client import Client
from critic_cli.culling.journal import Journal
from critic_cli.culling.progress import CullProgress, cull_progress
from critic_cli.culling.raw_jpeg_pairs import Shot
from critic_cli.culling.upload import UploadedShot, upload_all
from critic_core.contracts.album import AlbumPhoto
from critic_core.contracts.errors import AlbumNotFound
from critic_core.contracts.photo import PhotoState

ShotsById = dict[str, list[Shot]]  # several shots of one photo: files with the same bytes


@dataclass(frozen=True)
class CulledFolder:
    """The scored album, the shots of its photos, and the problems."""

    album_id: str
    shots: ShotsById
    problems: list[tuple[Path, str]]


def cull_folder(client: Client, folder: Path, shots: list[Shot], journal: Journal, fresh: bool) -> CulledFolder:
    """Upload new and changed photos, and wait until all photos are scored."""
    album_id = _album(client, folder, journal, fresh)
    with cull_progress(len(shots)) as progress:
        uploads = _upload(client, album_id, shots, journal, progress)
        client.albums.wait(album_id)
    by_id = defaultdict[str, list[Shot]](list)
    for uploaded in uploads:
        if uploaded.photo_id is not None:
            by_id[uploaded.photo_id].append(uploaded.shot)
    problems = [(uploaded.shot.upload, uploaded.problem.detail) for uploaded in uploads if uploaded.problem]
    failed = [photo for photo in client.albums.ranking(album_id) if photo.state is PhotoState.failed]
    return CulledFolder(album_id, by_id, problems + [_failure(photo, by_id) for photo in failed if photo.id in by_id])


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
    client: Client, album_id: str, shots: list[Shot], journal: Journal, progress: CullProgress
) -> list[UploadedShot]:
    uploads = [UploadedShot(shot, photo_id) for shot in shots if (photo_id := journal.photo_id(shot))]
    progress.resume(len(uploads))
    uploaded_before = {uploaded.shot for uploaded in uploads}
    ended = threading.Event()
    threading.Thread(target=progress.follow_scoring, args=(client.albums, album_id, ended), daemon=True).start()
    new_shots = [shot for shot in shots if shot not in uploaded_before]
    for uploaded in progress.count(upload_all(client.albums, album_id, new_shots)):
        if uploaded.photo_id is not None:
            journal.append(uploaded.shot, uploaded.photo_id)
        uploads.append(uploaded)
    ended.set()
    return uploads


def _failure(photo: AlbumPhoto, shots: ShotsById) -> tuple[Path, str]:
    return shots[photo.id][0].upload, photo.problem.detail if photo.problem else "The photo could not be scored."
