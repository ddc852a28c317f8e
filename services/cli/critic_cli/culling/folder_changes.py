"""What changed in a folder between two runs: the album follows the folder."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from critic_cli.culling.journal import Journal
from critic_cli.culling.removed_decisions import RestoredTime
from critic_cli.culling.same_stem import Shot
from critic_client import Albums, Client
from critic_core.contracts.album import AlbumPhoto, Choice
from critic_core.contracts.errors import PhotoNotFound


def remove_missing(
    client: Client, album_id: str, shots: list[Shot], journal: Journal, unreadable: Iterable[Path]
) -> int:
    """Remove photos whose files were deleted, moved or edited since the last run; the number of removed photos.

    Photos of other senders and below `unreadable` folders stay. Decisions about the removed ones are stored first,
    for `restore_decisions`: an interruption between the two loses none.
    """
    present = {journal.photo_id(shot) for shot in shots} | journal.photo_ids_below(unreadable)
    missing = journal.photo_ids() - present
    if missing:
        journal.decisions.add(photo for photo in client.albums.ranking(album_id) if photo.id in missing)
        for photo_id in missing:
            with suppress(PhotoNotFound):
                client.delete(photo_id)
        journal.forget(missing)
    return len(missing)


def restore_decisions(albums: Albums, album_id: str, journal: Journal, photos: Sequence[AlbumPhoto]) -> None:
    """A file that was moved (the same bytes) or edited (the same path) keeps the photographer's decision."""
    stored, restored = journal.decisions.load(), dict[str, RestoredTime]()
    for photo in photos:
        decision = stored.decision_about(photo)
        if decision is not None and photo.decision is None:
            choice = Choice(flag=decision.flag, stars=decision.stars)
            current = albums.decide(album_id, photo.id, choice).current
            if current is not None:
                restored[photo.id] = RestoredTime(made_at=decision.at, restored_at=current.at)
    journal.decisions.end_restoration(photos, restored)
