"""One culling: from the files of a folder to proposals about them."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from critic_cli.client import Client
from critic_cli.culling.journal import Journal
from critic_cli.culling.progress import Watch, watching
from critic_cli.culling.sending import Arrival, send_all
from critic_cli.culling.shots import Shot
from critic_core.contracts.album import AlbumPhoto
from critic_core.contracts.errors import AlbumNotFound
from critic_core.contracts.photo import PhotoState


@dataclass(frozen=True)
class Culled:
    """The album, which photo is which file, and what went wrong with which."""

    album_id: str
    shots: dict[str, list[Shot]]  # by photo id; several where files have the same bytes
    problems: list[tuple[Path, str]]


def cull_folder(client: Client, folder: Path, shots: list[Shot], journal: Journal, fresh: bool) -> Culled:
    """Send what was not sent yet, and wait until everything is scored."""
    album_id = _album(client, folder, journal, fresh)
    with watching(len(shots)) as watch:
        arrivals = _send(client, album_id, shots, journal, watch)
        client.albums.wait(album_id)
    named = defaultdict[str, list[Shot]](list)
    for arrival in arrivals:
        if arrival.photo_id is not None:
            named[arrival.photo_id].append(arrival.shot)
    problems = [(arrival.shot.sent, arrival.problem.detail) for arrival in arrivals if arrival.problem]
    failed = [photo for photo in client.albums.ranking(album_id) if photo.state is PhotoState.failed]
    return Culled(album_id, named, problems + [_failure(photo, named) for photo in failed if photo.id in named])


def _album(client: Client, folder: Path, journal: Journal, fresh: bool) -> str:
    """That of the last run, when the server still has it."""
    album_id = None if fresh else journal.album()
    if album_id is not None:
        try:
            return client.albums.look(album_id).id
        except AlbumNotFound:
            pass
    album = client.albums.make(folder.resolve().name[:200] or None)
    journal.begin(album.id)
    return album.id


def _send(client: Client, album_id: str, shots: list[Shot], journal: Journal, watch: Watch) -> list[Arrival]:
    known = [Arrival(shot, photo_id) for shot in shots if (photo_id := journal.photo(shot))]
    watch.sent_before(len(known))
    there = {arrival.shot for arrival in known}
    ended = threading.Event()
    follower = threading.Thread(target=watch.scoring, args=(client.albums, album_id, ended), daemon=True)
    follower.start()
    for arrival in watch.sending(send_all(client.albums, album_id, [shot for shot in shots if shot not in there])):
        if arrival.photo_id is not None:
            journal.keep(arrival.shot, arrival.photo_id)
        known.append(arrival)
    ended.set()
    return known


def _failure(photo: AlbumPhoto, named: dict[str, list[Shot]]) -> tuple[Path, str]:
    return named[photo.id][0].sent, photo.problem.detail if photo.problem else "It could not be looked at."
