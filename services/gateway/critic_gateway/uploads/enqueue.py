"""From files in storage to photos in the queue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery

from critic_core.contracts.errors import CriticError
from critic_core.contracts.photo import Lane, Photo, PhotoReceipt, PhotoState
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import send_ticket
from critic_core.runtime.storage import Storage, photo_key
from critic_core.runtime.tracing import traceparent
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
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

        A file that cannot be enqueued is rejected alone, or with all photos of the upload. Photos are counted
        before they are enqueued, and refunded on failure, so that the quota is never exceeded.
        """
        stored = [file for file in files if isinstance(file, StoredFile)]
        with self._deletion_on_error(stored):
            reservation = self.quota.reserve(caller, len(stored))
        files = self._reject_over_quota(files, stored[reservation.photos :], caller)
        receipts = [
            rejection(file) if isinstance(file, RejectedFile) else self._create(file, caller.owner, options, lane)
            for file in files
        ]
        new = [receipt.photo for receipt in receipts if receipt.photo is not None and not receipt.duplicate]
        queued = [photo for photo in new if not photo.state.final]
        errors = self._enqueue(queued) if queued else {}
        accepted = len(new) - len(errors)
        self.quota.refund(reservation, reservation.photos - accepted)
        metrics.API_KEY_PHOTOS.labels(caller.name).inc(accepted)
        return [_after_enqueue(receipt, errors) for receipt in receipts]

    def _reject_over_quota(
        self, files: list[ReceivedFile], over_quota: list[StoredFile], caller: ApiKey
    ) -> list[ReceivedFile]:
        """The files, those over the quota rejected. QuotaExceeded when that is every stored file."""
        if not over_quota:
            return files
        self._delete_files(over_quota)
        error = quota_exceeded(caller)
        if len(over_quota) == sum(isinstance(file, StoredFile) for file in files):
            raise error
        return [RejectedFile(file.file_name, error) if file in over_quota else file for file in files]

    def _create(self, file: StoredFile, owner: str, options: UploadOptions, lane: Lane) -> PhotoReceipt:
        photo = _photo(file, owner, options, self.settings).model_copy(update={"lane": lane})
        try:
            existing = self._store(photo)
            finished = None if existing or not self.settings.reuse_critiques else self.reuse.finish(photo)
        except CriticError as error:
            self._roll_back(photo.id)
            return rejection(RejectedFile(file.file_name, error))
        return PhotoReceipt(
            file_name=file.file_name, photo=existing or finished or photo, duplicate=existing is not None
        )

    def _store(self, photo: Photo) -> Photo | None:
        """Store a new photo; the album's existing photo with the same bytes instead, if any."""
        if photo.album is None:
            self.jobs.create(photo, self.settings.owner_photo_limit)
            return None
        photo_id = self.albums.add(photo, self.settings.max_album_photos, self.settings.owner_photo_limit)
        if photo_id == photo.id:
            return None
        self.storage.delete(photo_key(photo.id))
        return self.jobs.get(photo_id)

    def _enqueue(self, photos: list[Photo]) -> dict[str, CriticError]:
        """The errors of photos that could not be enqueued, by id."""
        ids = [photo.id for photo in photos]
        try:
            request_id = structlog.contextvars.get_contextvars().get("request_id")
            backlog = self.queue.enqueue(ids, request_id, traceparent())
            self._send_tickets(photos, backlog)
        except CriticError as error:
            for photo_id in ids:
                self._roll_back(photo_id)
            return dict.fromkeys(ids, error)
        return {}

    def _send_tickets(self, photos: list[Photo], backlog: int) -> None:
        interactive = photos[0].lane is Lane.interactive
        size = 1 if interactive else photos_per_task(backlog, self.settings.photos_per_task)
        for first in range(0, len(photos), size):
            send_ticket(self.celery, len(photos[first : first + size]))

    @contextmanager
    def _deletion_on_error(self, files: list[StoredFile]) -> Iterator[None]:
        try:
            yield
        except CriticError:
            self._delete_files(files)
            raise

    def _delete_files(self, files: list[StoredFile]) -> None:
        for file in files:
            self.storage.delete(photo_key(file.photo_id))

    def _roll_back(self, photo_id: str) -> None:
        try:
            self.jobs.delete(photo_id)
            self.storage.delete(photo_key(photo_id))
        except CriticError as error:  # the reaper deletes the photo when it expires
            log.warning("upload_rollback_incomplete", photo_id=photo_id, error=error.detail)


def photos_per_task(backlog: int, limit: int) -> int:
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


def _photo(file: StoredFile, owner: str, options: UploadOptions, settings: GatewaySettings) -> Photo:
    now, album = datetime.now(UTC), options.album
    return Photo(
        id=file.photo_id,
        owner=owner,
        state=PhotoState.queued,
        file_name=file.file_name,
        path=file.path,
        reference=options.note.reference,
        metadata=options.note.metadata,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        model=options.model,
        album=album.id if album else None,
        callback_url=options.callback_url,
        callback_events=options.callback_events,
        callback_details=options.callback_details,
        created_at=now,
        expires_at=album.expires_at if album else now + timedelta(seconds=settings.photo_ttl_seconds),
    )
