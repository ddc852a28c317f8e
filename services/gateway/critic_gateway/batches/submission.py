"""A batch from its request: the manifest is stored as it arrives; runners queue its photos later."""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.batch import Batch, BatchState
from critic_core.contracts.errors import BatchNotFound, IdempotencyKeyReused, RequestTooLarge
from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import Storage, manifest_key
from critic_core.stores.batches import BatchStore
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.batches.manifest import MAX_MANIFEST_BYTES, receive_manifest
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.upload_timeout import upload_timeout
from critic_gateway.limits.idempotency import IdempotencyKeys, UploadRecord
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.handler import UploadCaller
from critic_gateway.uploads.sources import PhotoSources

MARGIN_SECONDS = 60.0  # after the time limit of the upload, a batch without a manifest is deleted


@dataclass(frozen=True)
class BatchOptions:
    """Model and callback of a new batch."""

    model: str | None = None
    callback_url: str | None = None


@dataclass(frozen=True)
class BatchSubmission:
    """Receives manifests."""

    batches: BatchStore
    storage: Storage
    erasure: Erasure
    idempotency_keys: IdempotencyKeys
    sources: PhotoSources
    settings: GatewaySettings

    async def submit(self, chunks: AsyncIterator[bytes], sender: UploadCaller, options: BatchOptions) -> Batch:
        """Store the manifest of a new batch; of a repeated request, the first batch."""
        digest = hashlib.sha256(f"batch {options.model or ''} {options.callback_url or ''}\n".encode())
        body, key, owner = _hashed(chunks, digest), sender.idempotency_key, sender.caller.owner
        if key is None:
            return await self._begin(await self._receive(body, sender, options))
        record = await run_in_threadpool(self.idempotency_keys.acquire, owner, key)
        if record is not None:
            async with upload_timeout(self.settings.upload_timeout_seconds):
                await _read_all(body)
            return await run_in_threadpool(self._repeated, record, digest.hexdigest(), owner)
        async with self.idempotency_keys.release_on_error(owner, key):
            async with self.idempotency_keys.lease(owner, key):
                batch = await self._receive(body, sender, options)
            record = UploadRecord(body_digest=digest.hexdigest(), batch_id=batch.id)
            # Before the batch begins: a gateway that dies in between leaves no batch that a retry would repeat.
            await run_in_threadpool(self.idempotency_keys.save, owner, key, record)
            return await self._begin(batch)

    async def _receive(self, body: AsyncIterator[bytes], sender: UploadCaller, options: BatchOptions) -> Batch:
        """A batch whose manifest is stored; deleted unless it begins soon."""
        batch, caller, seconds = self._new_batch(options), sender.caller, self.settings.upload_timeout_seconds
        due = time.time() + seconds + MARGIN_SECONDS
        await run_in_threadpool(self.batches.create, batch, caller.owner, caller.name, due)
        async with self._deletion_on_error(batch.id), upload_timeout(seconds):
            lines = await receive_manifest(body, self.storage, manifest_key(batch.id), self.sources.ensure_accepted)
        return batch.model_copy(update={"lines": lines})

    async def _begin(self, batch: Batch) -> Batch:
        async with self._deletion_on_error(batch.id):
            await run_in_threadpool(self.batches.begin, batch.id, batch.lines, time.time())
        return batch

    @asynccontextmanager
    async def _deletion_on_error(self, batch_id: str) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            await in_storage_thread(self.erasure.delete_batch, batch_id)
            raise

    def _repeated(self, record: UploadRecord, digest: str, owner: str) -> Batch:
        if record.body_digest != digest:
            raise IdempotencyKeyReused
        if record.batch_id is None:
            raise BatchNotFound
        return self.batches.get(record.batch_id, owner).batch

    def _new_batch(self, options: BatchOptions) -> Batch:
        now = datetime.now(UTC)
        return Batch(
            id=new_id(),
            state=BatchState.running,
            model=options.model,
            callback_url=options.callback_url,
            lines=0,
            queued=0,
            done=0,
            failed=0,
            created_at=now,
            expires_at=now + timedelta(seconds=self.settings.batch_ttl_seconds),
        )


async def _hashed(chunks: AsyncIterator[bytes], digest: "hashlib._Hash") -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_MANIFEST_BYTES:
            raise RequestTooLarge(f"The limit of a manifest is {MAX_MANIFEST_BYTES:,} bytes.")
        digest.update(chunk)
        yield chunk


async def _read_all(chunks: AsyncIterator[bytes]) -> None:
    async for _ in chunks:
        pass
