"""An upload from its first byte to its receipts, for every upload route."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import InvalidRequest, Overloaded
from critic_core.contracts.photo import Lane, PhotoReceipt
from critic_core.contracts.photo_source import PhotoSource
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.upload_timeout import upload_timeout
from critic_gateway.limits.admission import Admission
from critic_gateway.limits.idempotency import FileRecord, IdempotencyKeys, UploadRecord
from critic_gateway.notifications.long_poll import UploadWait
from critic_gateway.notifications.subscriber import ChangeSubscriber
from critic_gateway.uploads.digest import ensure_same_upload, upload_digest
from critic_gateway.uploads.multipart import UploadEvent, is_json, upload_events
from critic_gateway.uploads.options import UploadOptions
from critic_gateway.uploads.photo_intake import PhotoIntake
from critic_gateway.uploads.receive import (
    ReceivedFile,
    StoredFile,
    UploadLimits,
    delete_stored,
    receive_files,
)
from critic_gateway.uploads.sources import PhotoSources, read_source

FETCH_SECONDS = 60.0
"""For a photo that the gateway reads itself: slow servers keep no slot of other callers."""


@dataclass(frozen=True)
class UploadCaller:
    """The caller, and the request's Idempotency-Key."""

    caller: ApiKey
    idempotency_key: str | None = None


@dataclass(frozen=True)
class UploadSource:
    """Where the files of an upload come from: the request's body, or what the body names."""

    request: Request
    named: PhotoSource | None = None

    @property
    def text(self) -> str | None:
        """The URL or the key."""
        return (self.named.url or f"key {self.named.key}") if self.named else None


@dataclass(frozen=True)
class UploadHandler:
    """Receives uploads, enqueues their photos, and waits for critiques."""

    intake: PhotoIntake
    admission: Admission
    idempotency_keys: IdempotencyKeys
    changes: ChangeSubscriber
    sources: PhotoSources
    fetches: asyncio.Semaphore

    async def handle(
        self, request: Request, sender: UploadCaller, options: UploadOptions, wait_seconds: float
    ) -> list[PhotoReceipt]:
        """Receive an upload and wait for its critiques; a receipt for each file, in the order of the request."""
        source = await self._source(request)
        with UploadWait(wait_seconds, self.intake.jobs, self.changes) as wait:
            if sender.idempotency_key is None:
                _, receipts = await self._upload(source, sender.caller, options, wait)
            else:
                receipts = await self._upload_once(source, sender.caller, sender.idempotency_key, options, wait)
            return await self._with_critiques(receipts, wait)

    async def _upload(
        self, source: UploadSource, caller: ApiKey, options: UploadOptions, wait: UploadWait
    ) -> tuple[list[ReceivedFile], list[PhotoReceipt]]:
        if caller.photos_per_day:
            await run_in_threadpool(self.intake.quota.ensure_remaining, caller)
        files = await self._receive(source, caller.owner)
        wait.watch([file.photo_id for file in files if isinstance(file, StoredFile)])
        lane = await self._lane(files, caller, wait.seconds)
        receipts = await run_in_threadpool(self.intake.accept, files, caller, options, lane)
        admitted = sum(
            bool(receipt.photo and not (receipt.duplicate or receipt.photo.state.final)) for receipt in receipts
        )
        self.admission.count_admitted(admitted, caller.owner, lane)
        if source.named is not None and receipts[0].photo is not None:
            await in_storage_thread(self.sources.forget, source.named, caller.owner)
        return files, receipts

    async def _lane(self, files: list[ReceivedFile], caller: ApiKey, wait_seconds: float) -> Lane:
        """Interactive for a few photos with `?wait=`. Raises Overloaded for many, when batches of the caller are."""
        if not wait_seconds:
            return Lane.batch
        if sum(isinstance(file, StoredFile) for file in files) <= self.intake.settings.max_interactive_photos:
            return Lane.interactive
        try:
            await self.admission.ensure_capacity(caller.owner, Lane.batch)
        except BaseException:
            await delete_stored(files, self.intake.storage)
            raise
        return Lane.batch

    async def _upload_once(
        self, source: UploadSource, caller: ApiKey, key: str, options: UploadOptions, wait: UploadWait
    ) -> list[PhotoReceipt]:
        keys = self.idempotency_keys
        record = await run_in_threadpool(keys.acquire, caller.owner, key)
        if record is not None:
            return await self._repeat(source, caller.owner, record, options)
        async with keys.release_on_error(caller.owner, key):
            async with keys.lease(caller.owner, key):
                files, receipts = await self._upload(source, caller, options, wait)
            digest = upload_digest(files, options, source.text)
            record = UploadRecord(body_digest=digest, files=tuple(map(_file_record, receipts)))
            await run_in_threadpool(keys.save, caller.owner, key, record)
        return receipts

    async def _repeat(
        self, source: UploadSource, owner: str, record: UploadRecord, options: UploadOptions
    ) -> list[PhotoReceipt]:
        """The receipts of a repeated upload: its bytes are compared with the first upload, and deleted."""
        files = [] if source.named else await self._receive(source, owner)
        await delete_stored(files, self.intake.storage)
        ensure_same_upload(record, files, options, source.text)
        names = [file.file_name for file in files] or [None] * len(record.files)
        return [
            await run_in_threadpool(self._recorded_receipt, name, result)
            for name, result in zip(names, record.files, strict=True)
        ]

    def _recorded_receipt(self, file_name: str | None, result: FileRecord) -> PhotoReceipt:
        photo = self.intake.jobs.get(result.photo_id) if result.photo_id else None
        name = file_name or (photo.file_name if photo else None)
        return PhotoReceipt(file_name=name, photo=photo, duplicate=result.duplicate, problem=result.problem)

    async def _source(self, request: Request) -> UploadSource:
        if not is_json(request.headers.get("content-type", "")):
            return UploadSource(request)
        async with upload_timeout(self.intake.settings.upload_timeout_seconds):
            named = await read_source(request.stream())
        self.sources.ensure_accepted(named)
        return UploadSource(request, named)

    async def _receive(self, source: UploadSource, owner: str) -> list[ReceivedFile]:
        settings = self.intake.settings
        limits = UploadLimits(settings.max_photo_bytes, settings.max_upload_bytes, settings.max_photos_per_request)
        seconds = (
            min(FETCH_SECONDS, settings.upload_timeout_seconds) if source.named else settings.upload_timeout_seconds
        )
        async with upload_timeout(seconds), self._events(source, owner) as events:
            files = await receive_files(events, self.intake.storage, limits)
        if not files:
            raise InvalidRequest("The upload has no file: send multipart with a file, or the image as the body.")
        return files

    @asynccontextmanager
    async def _events(self, source: UploadSource, owner: str) -> AsyncIterator[AsyncIterator[UploadEvent]]:
        request = source.request
        if source.named is None:
            yield upload_events(request.headers.get("content-type", ""), request.stream())
            return
        if self.fetches.locked():
            raise Overloaded("Too many photos are being fetched; retry in a moment.")
        async with self.fetches, aclosing(self.sources.events(source.named, owner)) as events:
            yield events

    async def _with_critiques(self, receipts: list[PhotoReceipt], wait: UploadWait) -> list[PhotoReceipt]:
        pending = [receipt.photo.id for receipt in receipts if receipt.photo and not receipt.photo.state.final]
        if not wait.seconds or not pending:
            return receipts
        photos = await wait.finished(pending)
        latest = {photo.id: photo for photo in photos}
        return [
            receipt.model_copy(update={"photo": latest.get(receipt.photo.id, receipt.photo)})
            if receipt.photo
            else receipt
            for receipt in receipts
        ]


def _file_record(receipt: PhotoReceipt) -> FileRecord:
    photo_id = receipt.photo.id if receipt.photo else None
    return FileRecord(photo_id=photo_id, duplicate=receipt.duplicate, problem=receipt.problem)
