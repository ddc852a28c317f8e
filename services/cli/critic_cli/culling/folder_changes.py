"""What changed in a folder between two runs: the album follows the folder."""

from collections.abc import Iterable
from contextlib import suppress

from critic_cli.culling.journal import Journal
from critic_cli.culling.same_stem import Shot
from critic_client import Client
from critic_core.contracts.album import AlbumPhoto, Choice
from critic_core.contracts.errors import PhotoNotFound


def remove_missing(client: Client, album_id: str, shots: list[Shot], journal: Journal) -> list[AlbumPhoto]:
    """Remove photos whose files were deleted, moved or edited since the last run. Photos of other senders stay.

    Returns the removed photos, for the decisions about them.
    """
    missing = journal.photo_ids() - {journal.photo_id(shot) for shot in shots}
    if not missing:
        return []
    removed = [photo for photo in client.albums.ranking(album_id) if photo.id in missing]
    for photo_id in missing:
        with suppress(PhotoNotFound):
            client.delete(photo_id)
    journal.forget(missing)
    return removed


def restore_decisions(
    client: Client, album_id: str, photos: Iterable[AlbumPhoto], removed: Iterable[AlbumPhoto]
) -> None:
    """A file that was moved (the same bytes) or edited (the same path) keeps the photographer's decision."""
    decided = {key: photo.decision for photo in removed if photo.decision for key in _keys(photo)}
    for photo in photos if decided else ():
        decision = next((decided[key] for key in _keys(photo) if key in decided), None)
        if decision is not None and photo.decision is None:
            client.albums.decide(album_id, photo.id, Choice(flag=decision.flag, stars=decision.stars))


def _keys(photo: AlbumPhoto) -> tuple[str, ...]:
    return photo.sha256, photo.path or photo.file_name or photo.id
