"""The event about a subject, built anew for each attempt: a deleted subject has none.

Another kind of subject is one function here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from critic_core.contracts.errors import AlbumNotFound, PhotoNotFound
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.jobs import JobStore

HASHES = {"perceptual_hash", "difference_hash", "pixels_sha256"}
PICTURE = {"faces": True, "focus": {"detail_tiles", "subject_tiles"}}
"""Fields of a critique that show what is where in the picture, as pydantic's `exclude`."""


@dataclass(frozen=True)
class WebhookEvent:
    """Type and data of an event, its receiver, and owner and expiry of its subject."""

    type: str
    data: dict[str, Any]
    callback_url: str
    owner: str
    expires_at: datetime


@dataclass(frozen=True)
class SubjectStores:
    """The stores of all kinds of subjects."""

    jobs: JobStore
    albums: AlbumStore
    batches: BatchStore


def event_of(subject: str, stores: SubjectStores) -> WebhookEvent | None:
    """The current event about `kind:id`; None without an event, or after the subject's deletion."""
    kind, _, subject_id = subject.partition(":")
    return KINDS[kind](subject_id, stores) if kind in KINDS else None


def _photo_event(photo_id: str, stores: SubjectStores) -> WebhookEvent | None:
    """The photo as in the API, for receivers of the event: without owner and callback, fingerprints on request."""
    try:
        photo = stores.jobs.get(photo_id)
    except PhotoNotFound:
        return None
    if photo.callback_url is None or not photo.state.final:
        return None
    event = PhotoEvent(f"photo.{photo.state}")
    if event not in (photo.callback_events or PhotoEvent):
        return None
    data = photo.model_dump(mode="json", exclude_none=True, exclude=_private(photo.callback_details or ()))
    return WebhookEvent(event, data, photo.callback_url, photo.owner, photo.expires_at)


def _private(details: Sequence[CallbackDetail]) -> Any:
    """What a receiver does not get, as pydantic's `exclude`: what identifies the picture goes out on demand alone."""
    sections = {CallbackDetail.hashes: HASHES, CallbackDetail.thumbnail: {"thumbnail", "colours"}}
    hidden = {"embedding"}.union(*(fields for detail, fields in sections.items() if detail not in details))
    digest = set() if CallbackDetail.hashes in details else {"sha256"}
    fingerprint = hidden if details else True
    picture = {} if CallbackDetail.thumbnail in details else PICTURE
    return {
        **dict.fromkeys({"owner", "callback_url", "callback_events", "callback_details", *digest}, True),
        "critique": {"fingerprint": fingerprint, **picture},
    }


def _album_event(album_id: str, stores: SubjectStores) -> WebhookEvent | None:
    """None while photos are pending: the last one makes another event."""
    try:
        album = stores.albums.get(album_id)
    except AlbumNotFound:
        return None
    if album.callback_url is None or album.counts.pending:
        return None
    data = album.model_dump(mode="json", exclude_none=True, exclude={"owner", "callback_url"})
    return WebhookEvent("album.done", data, album.callback_url, album.owner, album.expires_at)


def _batch_event(batch_id: str, stores: SubjectStores) -> WebhookEvent | None:
    stored = stores.batches.find(batch_id)
    if stored is None or stored.hidden or stored.batch.callback_url is None or stored.batch.finished_at is None:
        return None
    data = stored.batch.model_dump(mode="json", exclude_none=True, exclude={"callback_url"})
    return WebhookEvent("batch.done", data, stored.batch.callback_url, stored.owner, stored.batch.expires_at)


KINDS: dict[str, Callable[[str, SubjectStores], WebhookEvent | None]] = {
    "photo": _photo_event,
    "album": _album_event,
    "batch": _batch_event,
}
