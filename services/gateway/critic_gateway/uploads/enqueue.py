"""From files in storage to photos in the queue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from critic_core.contracts.album import Album
from critic_core.contracts.errors import CriticError
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import enqueue
from critic_core.runtime.storage import photo_key
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.dependencies import Parts
from critic_gateway.limits.quota import used_up
from critic_gateway.uploads.receive import RefusedFile, StoredFile, TakenFile

WAITING_FOR_EACH = (
    32  # with fewer photos waiting for each that a task brings, small installations would have idle cores
)

log = logger(__name__)


@dataclass(frozen=True)
class Terms:
    """What was asked for with an upload, beside the photos."""

    model: str | None = None
    album: Album | None = None
    callback_url: str | None = None

    @property
    def told(self) -> str:
        """The same for two uploads that ask for the same."""
        album = self.album.id if self.album else ""
        return f"{self.model or ''} {album} {self.callback_url or ''}"


def accept(taken: list[TakenFile], parts: Parts, caller: ApiKey, terms: Terms) -> list[PhotoReceipt]:
    """Make photos of the stored files and enqueue them, on those terms, as far as the caller's quota goes.

    One that cannot be enqueued is refused alone, or with those that were to be looked at together with it. Photos are
    counted before they are enqueued, and given back where that failed, so that no quota is ever passed.
    """
    wanted = [file for file in taken if isinstance(file, StoredFile)]
    with _dropped_on_error(wanted, parts):
        grant = parts.quota.take(caller, len(wanted))
    within = _within(taken, wanted[grant.photos :], parts, caller)
    receipts = [
        refused(file) if isinstance(file, RefusedFile) else _accept(file, _photo(file, parts, terms), parts)
        for file in within
    ]
    fresh = [receipt.photo for receipt in receipts if receipt.photo is not None and not receipt.duplicate]
    problems = _enqueue(fresh, parts) if fresh else {}
    parts.quota.give_back(grant, grant.photos - len(fresh) + len(problems))
    metrics.KEY_PHOTOS.labels(caller.name).inc(len(fresh) - len(problems))
    return [_after_enqueueing(receipt, problems) for receipt in receipts]


def _within(taken: list[TakenFile], beyond: list[StoredFile], parts: Parts, caller: ApiKey) -> list[TakenFile]:
    """The files, those beyond the quota refused; QuotaExceeded when that is every one that could be kept."""
    if not beyond:
        return taken
    _drop(beyond, parts)
    error = used_up(caller)
    if len(beyond) == sum(isinstance(file, StoredFile) for file in taken):
        raise error
    return [RefusedFile(file.file_name, error) if file in beyond else file for file in taken]


@contextmanager
def _dropped_on_error(files: list[StoredFile], parts: Parts) -> Iterator[None]:
    try:
        yield
    except CriticError:
        _drop(files, parts)
        raise


def _drop(files: list[StoredFile], parts: Parts) -> None:
    for file in files:
        parts.storage.delete(photo_key(file.photo_id))


def _accept(file: StoredFile, photo: Photo, parts: Parts) -> PhotoReceipt:
    try:
        known = _remember(photo, parts)
    except CriticError as error:
        _undo(photo.id, parts)
        return refused(RefusedFile(file.file_name, error))
    return PhotoReceipt(file_name=file.file_name, photo=known or photo, duplicate=known is not None)


def _enqueue(photos: list[Photo], parts: Parts) -> dict[str, CriticError]:
    """What went wrong with each photo that could not be enqueued."""
    problems: dict[str, CriticError] = {}
    at_once = photos_a_task(_backlog(parts), parts.settings.photos_per_task)
    for first in range(0, len(photos), at_once):
        ids = [photo.id for photo in photos[first : first + at_once]]
        try:
            enqueue(parts.queue, *ids, request_id=structlog.contextvars.get_contextvars().get("request_id"))
        except CriticError as error:
            problems |= dict.fromkeys(ids, error)
    for photo_id in problems:
        _undo(photo_id, parts)
    return problems


def _backlog(parts: Parts) -> int:
    """0 where the queue does not answer just now: what was remembered must be enqueued, or forgotten again."""
    try:
        return parts.store.backlog()
    except CriticError:
        return 0


def photos_a_task(waiting: int, most: int) -> int:
    """How many photos a worker process gets at once: several only when so many wait that no process stays idle."""
    return max(1, min(most, waiting // WAITING_FOR_EACH))


def _after_enqueueing(receipt: PhotoReceipt, problems: dict[str, CriticError]) -> PhotoReceipt:
    photo = receipt.photo
    if photo is None or receipt.duplicate:
        return receipt
    if photo.id in problems:
        return refused(RefusedFile(receipt.file_name, problems[photo.id]))
    metrics.ACCEPTED.inc()
    metrics.UPLOADED_BYTES.inc(photo.size_bytes)
    log.info("photo_accepted", photo_id=photo.id, media_type=photo.media_type, bytes=photo.size_bytes)
    return receipt


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


def _photo(file: StoredFile, parts: Parts, terms: Terms) -> Photo:
    now = datetime.now(UTC)
    alone_until = now + timedelta(seconds=parts.settings.photo_ttl_seconds)
    return Photo(
        id=file.photo_id,
        state=PhotoState.queued,
        file_name=file.file_name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        model=terms.model,
        album=terms.album.id if terms.album else None,
        callback_url=terms.callback_url,
        created_at=now,
        expires_at=terms.album.expires_at if terms.album else alone_until,
    )


def refused(file: RefusedFile) -> PhotoReceipt:
    """The receipt of a file that was not kept."""
    metrics.REFUSED.labels(file.error.code).inc()
    return PhotoReceipt(file_name=file.file_name, problem=file.error.problem())


def _undo(photo_id: str, parts: Parts) -> None:
    try:
        parts.store.delete(photo_id)
        parts.storage.delete(photo_key(photo_id))
    except CriticError as error:
        log.warning("upload_rollback_incomplete", photo_id=photo_id, error=error.detail)  # its time to live will clear it away
