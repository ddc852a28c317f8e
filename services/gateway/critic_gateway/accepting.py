"""From files in storage to photos in the queue."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from critic_core.contracts.album import Album
from critic_core.contracts.errors import CriticError, Overloaded
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import enqueue
from critic_core.runtime.storage import photo_key
from critic_gateway import measures
from critic_gateway.intake import RefusedFile, StoredFile, TakenFile
from critic_gateway.parts import Parts

log = logger(__name__)


@dataclass(frozen=True)
class Terms:
    """What was asked for with an upload, beside the photos."""

    model: str | None = None
    album: Album | None = None

    @property
    def told(self) -> str:
        """The same for two uploads that ask for the same."""
        return f"{self.model or ''} {self.album.id if self.album else ''}"


def ensure_room(parts: Parts) -> None:
    """Overloaded when too many photos wait already; asked before a byte of the body is read."""
    if parts.store.backlog() >= parts.settings.max_backlog:
        raise Overloaded(
            f"{parts.settings.max_backlog:,} photos are waiting already; try again in a moment. Nothing was kept."
        )


def accept(taken: list[TakenFile], parts: Parts, terms: Terms) -> list[PhotoReceipt]:
    """Make photos of the stored files and enqueue them, on those terms.

    One that cannot be enqueued is refused alone.
    """
    return [refused(file) if isinstance(file, RefusedFile) else _accept(file, parts, terms) for file in taken]


def _accept(file: StoredFile, parts: Parts, terms: Terms) -> PhotoReceipt:
    photo = _photo(file, parts.settings.photo_ttl_seconds, terms)
    try:
        if known := _remember(photo, parts):
            return PhotoReceipt(file_name=file.file_name, photo=known, known=True)
        enqueue(parts.queue, photo.id, structlog.contextvars.get_contextvars().get("request_id"))
    except CriticError as error:
        _undo(photo.id, parts)
        return refused(RefusedFile(file.file_name, error))
    measures.ACCEPTED.inc()
    measures.UPLOADED_BYTES.inc(file.size_bytes)
    log.info("photo_accepted", photo_id=photo.id, media_type=file.media_type, bytes=file.size_bytes)
    return PhotoReceipt(file_name=file.file_name, photo=photo)


def _remember(photo: Photo, parts: Parts) -> Photo | None:
    """Queue it; or the photo with the same bytes that its album has already, and then the bytes are dropped."""
    if photo.album is None:
        parts.store.create(photo)
        return None
    kept = parts.albums.add(photo, parts.settings.max_album_photos)
    if kept == photo.id:
        return None
    parts.storage.delete(photo_key(photo.id))
    return parts.store.get(kept)


def _photo(file: StoredFile, ttl_seconds: int, terms: Terms) -> Photo:
    now = datetime.now(UTC)
    return Photo(
        id=file.photo_id,
        state=PhotoState.queued,
        file_name=file.file_name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        model=terms.model,
        album=terms.album.id if terms.album else None,
        created_at=now,
        expires_at=terms.album.expires_at if terms.album else now + timedelta(seconds=ttl_seconds),
    )


def refused(file: RefusedFile) -> PhotoReceipt:
    """The receipt of a file that was not kept."""
    measures.REFUSED.labels(file.error.code).inc()
    return PhotoReceipt(file_name=file.file_name, problem=file.error.problem())


def _undo(photo_id: str, parts: Parts) -> None:
    try:
        parts.store.delete(photo_id)
        parts.storage.delete(photo_key(photo_id))
    except CriticError as error:
        log.warning("undo_incomplete", photo_id=photo_id, error=error.detail)  # its time to live will clear it away
