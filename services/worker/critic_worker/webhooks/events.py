"""The event about a subject, built anew for each attempt: a deleted subject has none.

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
class WebhookEvent:
    """Type and data of an event, its receiver, and the expiry of its subject."""

    type: str
    data: dict[str, Any]
    callback_url: str
    expires_at: datetime


@dataclass(frozen=True)
class SubjectStores:
    """The stores of all kinds of subjects."""

    jobs: JobStore
    albums: AlbumStore


def event_of(subject: str, stores: SubjectStores) -> WebhookEvent | None:
    """The current event about `kind:id`; None without an event, or after the subject's deletion."""
    kind, _, subject_id = subject.partition(":")
    return KINDS[kind](subject_id, stores) if kind in KINDS else None


def _photo_event(photo_id: str, stores: SubjectStores) -> WebhookEvent | None:
    """The photo as in the API, without its owner and the embedding: half of all bytes, of no use to most receivers."""
    try:
        photo = stores.jobs.get(photo_id)
    except PhotoNotFound:
        return None
    if photo.callback_url is None or not photo.state.final:
        return None
    private: Any = {"owner": True, "critique": {"fingerprint": {"embedding"}}}
    data = photo.model_dump(mode="json", exclude_none=True, exclude=private)
    return WebhookEvent(f"photo.{photo.state}", data, photo.callback_url, photo.expires_at)


def _album_event(album_id: str, stores: SubjectStores) -> WebhookEvent | None:
    """None while photos are pending: the last one makes another event."""
    try:
        album = stores.albums.get(album_id)
    except AlbumNotFound:
        return None
    if album.callback_url is None or album.counts.pending:
        return None
    data = album.model_dump(mode="json", exclude_none=True, exclude={"owner"})
    return WebhookEvent("album.done", data, album.callback_url, album.expires_at)


KINDS: dict[str, Callable[[str, SubjectStores], WebhookEvent | None]] = {"photo": _photo_event, "album": _album_event}
