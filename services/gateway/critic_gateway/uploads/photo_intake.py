"""From files in storage to photos in the queue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery

from critic_core.contracts.errors import CriticError, QueueUnavailable, QuotaExceeded
from critic_core.contracts.photo import Lane, Photo, PhotoReceipt, PhotoState
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import encode_ticket
from critic_core.runtime.storage import Storage, photo_key
from critic_core.runtime.tracing import traceparent
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.new_photo import QueueEntry, Terms
from critic_core.stores.photo_queue import PhotoQueue
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.limits.quota import PhotoQuota, quota_exceeded
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.options import UploadOptions
from critic_gateway.uploads.receive import ReceivedFile, RejectedFile, StoredFile
from critic_gateway.uploads.reuse import CritiqueReuse

BACKLOG_PER_PHOTO = 32  # for each photo of a task; with larger tasks, small installations would have idle cores

log = logger(__name__)


@dataclass(frozen=True)
class PhotoIntake:
    """Creates and enqueues photos from stored files."""

    jobs: JobStore
    albums: AlbumStore
    storage: Storage
    queue: PhotoQueue
    celery: Celery
    quota: PhotoQuota
    reuse: CritiqueReuse
    settings: GatewaySettings

    def accept(
        self, files: list[ReceivedFile], caller: ApiKey, options: UploadOptions, lane: Lane = Lane.batch
    ) -> list[PhotoReceipt]:
        """Enqueue the stored files within the caller's quota; a receipt for each file.

        The only file of an upload is stored and enqueued in one step. A file that cannot be enqueued is rejected
        alone; what rejects the first one for want of quota or Redis, rejects the upload.
        """
        stored = [file for file in files if isinstance(file, StoredFile)]
        upload = _Upload(caller, options, lane, self._terms(caller, len(stored)))
        with self._deletion_on_error(stored[1:]):  # the first one is rolled back, or Redis may have it
            receipts = [
                rejection(file) if isinstance(file, RejectedFile) else self._create(file, upload, file is stored[0])
                for file in files
            ]
        new = [receipt.photo for receipt in receipts if receipt.photo is not None and not receipt.duplicate]
        errors = {} if upload.terms.entry.ticket else self._enqueue(new, upload)
        metrics.API_KEY_PHOTOS.labels(caller.name).inc(len(new) - len(errors))
        return [_after_enqueue(receipt, errors) for receipt in receipts]

    def _terms(self, caller: ApiKey, photos: int) -> Terms:
        at_once = photos == 1 and not self.settings.reuse_critiques
        entry = QueueEntry(encode_ticket(self.celery), _request_id(), traceparent() or "") if at_once else QueueEntry()
        return Terms(self.settings.owner_photo_limit, self.quota.today(caller), entry)

    def _create(self, file: StoredFile, upload: "_Upload", first: bool) -> PhotoReceipt:
        photo = _photo(file, upload, self.settings)
        try:
            existing = self._store(photo, upload)
        except CriticError as error:
            self._roll_back(photo.id, upload)
            if first and isinstance(error, QuotaExceeded | QueueUnavailable):
                raise
            return rejection(RejectedFile(file.file_name, error))
        try:
            finished = None if existing or not self.settings.reuse_critiques else self.reuse.finish(photo)
        except CriticError as error:
            self._roll_back(photo.id, upload)
            return rejection(RejectedFile(file.file_name, error))
        return PhotoReceipt(
            file_name=file.file_name, photo=existing or finished or photo, duplicate=existing is not None
        )

    def _store(self, photo: Photo, upload: "_Upload") -> Photo | None:
        """Store a new photo; the album's existing photo with the same bytes instead, if any."""
        try:
            return self._store_or_find(photo, upload.terms)
        except QuotaExceeded:
            raise quota_exceeded(upload.caller) from None

    def _store_or_find(self, photo: Photo, terms: Terms) -> Photo | None:
        if photo.album is None:
            self.jobs.create(photo, terms)
            return None
        photo_id = self.albums.add(photo, self.settings.max_album_photos, terms)
        if photo_id == photo.id:
            return None
        self.storage.delete(photo_key(photo.id))
        return self.jobs.get(photo_id)

    def _enqueue(self, photos: list[Photo], upload: "_Upload") -> dict[str, CriticError]:
        """The errors of photos that could not be enqueued, by id."""
        ids = [photo.id for photo in photos if not photo.state.final]
        try:
            if ids:
                backlog = self.queue.enqueue(ids, _request_id(), traceparent())
                self.queue.send_tickets(self._tickets(len(ids), upload.lane, backlog))
        except CriticError as error:
            for photo_id in ids:
                self._roll_back(photo_id, upload)
            return dict.fromkeys(ids, error)
        return {}

    def _tickets(self, photos: int, lane: Lane, backlog: int) -> list[str]:
        size = 1 if lane is Lane.interactive else photos_per_ticket(backlog, self.settings.photos_per_ticket)
        return [encode_ticket(self.celery, min(size, photos - first)) for first in range(0, photos, size)]

    @contextmanager
    def _deletion_on_error(self, files: list[StoredFile]) -> Iterator[None]:
        try:
            yield
        except CriticError:
            for file in files:
                self.storage.delete(photo_key(file.photo_id))
            raise

    def _roll_back(self, photo_id: str, upload: "_Upload") -> None:
        """Delete a photo with its bytes, and take back its count, if Redis had it: a lost answer does not tell."""
        try:
            if self.jobs.delete(photo_id):
                self.quota.refund(upload.terms.quota)
            self.storage.delete(photo_key(photo_id))
        except CriticError as error:  # the reaper deletes the photo when it expires
            log.warning("upload_rollback_incomplete", photo_id=photo_id, error=error.detail)


def photos_per_ticket(backlog: int, limit: int) -> int:
    """Photos per task: several only with a backlog that keeps every worker busy."""
    return max(1, min(limit, backlog // BACKLOG_PER_PHOTO))


def rejection(file: RejectedFile) -> PhotoReceipt:
    """The receipt of a rejected file."""
    metrics.REJECTED.labels(file.error.code).inc()
    return PhotoReceipt(file_name=file.file_name, problem=file.error.problem())


def _after_enqueue(receipt: PhotoReceipt, errors: dict[str, CriticError]) -> PhotoReceipt:
    photo = receipt.photo
    if photo is None or receipt.duplicate:
        return receipt
    if photo.id in errors:
        return rejection(RejectedFile(receipt.file_name, errors[photo.id]))
    metrics.ACCEPTED.inc()
    metrics.UPLOADED_BYTES.inc(photo.size_bytes)
    log.info("photo_accepted", photo_id=photo.id, media_type=photo.media_type, bytes=photo.size_bytes)
    return receipt


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id") or "")


@dataclass(frozen=True)
class _Upload:
    """What the photos of an upload have in common."""

    caller: ApiKey
    options: UploadOptions
    lane: Lane
    terms: Terms


def _photo(file: StoredFile, upload: _Upload, settings: GatewaySettings) -> Photo:
    now, options = datetime.now(UTC), upload.options
    album = options.album
    album_end = album.expires_at if album else None
    return Photo(
        id=file.photo_id,
        owner=upload.caller.owner,
        state=PhotoState.queued,
        file_name=file.file_name,
        path=file.path,
        reference=options.note.reference,
        metadata=options.note.metadata,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        lane=upload.lane,
        model=options.model,
        album=album.id if album else None,
        callback_url=options.callback_url,
        callback_events=options.callback_events,
        callback_details=options.callback_details,
        created_at=now,
        expires_at=options.expires_at or album_end or now + timedelta(seconds=settings.photo_ttl_seconds),
    )
