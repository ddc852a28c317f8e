"""What there is to tell about a subject: built anew for each try, so that what was forgotten is not told any more.

Another kind of subject is one function here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from critic_core.contracts.errors import AlbumNotFound, PhotoNotFound
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore


@dataclass(frozen=True)
class Occasion:
    """An event's type and data, where it goes, and until when there is something to tell."""

    type: str
    data: dict[str, Any]
    callback_url: str
    expires_at: datetime


@dataclass(frozen=True)
class Stores:
    """Where subjects are kept."""

    jobs: JobStore
    albums: AlbumStore


def occasion_of(subject: str, stores: Stores) -> Occasion | None:
    """What there is to tell about `kind:id` now; None when there is nothing, or nothing any more."""
    kind, _, subject_id = subject.partition(":")
    return KINDS[kind](subject_id, stores) if kind in KINDS else None


def _photo(photo_id: str, stores: Stores) -> Occasion | None:
    """As the API tells it, but for the embedding: half of all bytes, and of no use to most receivers."""
    try:
        photo = stores.jobs.get(photo_id)
    except PhotoNotFound:
        return None
    if photo.callback_url is None or not photo.state.final:
        return None
    unsaid: Any = {"critique": {"fingerprint": {"embedding"}}}
    data = photo.model_dump(mode="json", exclude_none=True, exclude=unsaid)
    return Occasion(f"photo.{photo.state}", data, photo.callback_url, photo.expires_at)


def _album(album_id: str, stores: Stores) -> Occasion | None:
    """None while photos wait: when the last one is answered, there is another event."""
    try:
        album = stores.albums.get(album_id)
    except AlbumNotFound:
        return None
    if album.callback_url is None or album.counts.waiting:
        return None
    return Occasion(
        "album.done", album.model_dump(mode="json", exclude_none=True), album.callback_url, album.expires_at
    )


KINDS: dict[str, Callable[[str, Stores], Occasion | None]] = {"photo": _photo, "album": _album}
