"""Feeds a part of a batch to the photo queue: fetches the photos of its lines, and enqueues them in the batch lane."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.batch import Batch, BatchLine
from critic_core.contracts.errors import (
    CriticError,
    InvalidApiKey,
    LimitReached,
    PhotoNotFound,
    Problem,
    StorageUnavailable,
)
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Lane
from critic_core.runtime.storage import manifest_key
from critic_core.stores.batches import BatchLease, BatchPart, BatchRow, BatchStore, StoredBatch
from critic_gateway.auth.api_keys import ApiKey, ApiKeys
from critic_gateway.auth.authenticate import authenticated
from critic_gateway.batches.manifest import find_lines
from critic_gateway.batches.part_progress import PartProgress
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.upload_timeout import upload_timeout
from critic_gateway.limits.admission import Admission
from critic_gateway.limits.headroom import Headroom
from critic_gateway.limits.owner_limits import OwnerLimits
from critic_gateway.uploads.handler import FETCH_SECONDS
from critic_gateway.uploads.options import Note, UploadOptions
from critic_gateway.uploads.photo_intake import PhotoIntake
from critic_gateway.uploads.receive import ReceivedFile, RejectedFile, UploadLimits, receive_files
from critic_gateway.uploads.sources import PhotoSources

PART_LINES = 100
FETCHES = 8
"""Photos that a turn fetches at a time; turns of other batches have fetches of their own."""
TURN_SECONDS = 10.0
"""Later, a turn begins no line but its first: slow addresses delay no other batch for long."""


class Delayed(Exception):
    """No further line can be queued now."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True)
class BatchFeeder:
    """Queues the lines of batches, with the quota and limits of the API keys that sent them.

    After the first line that cannot be queued now, a part begins no other; those under way end. The lines before it
    become a part of their own: their results, and the room of their photos, wait for no later line.
    """

    intake: PhotoIntake
    batches: BatchStore
    api_keys: ApiKeys
    admission: Admission
    headroom: Headroom
    owner_limits: OwnerLimits
    sources: PhotoSources

    async def next_part(self, lease: BatchLease, stored: StoredBatch) -> BatchPart:
        """A part with the following lines, and with ids for their photos. Raises Delayed or LeaseLost."""
        lines = min(PART_LINES, stored.batch.lines - stored.batch.queued)
        end, found = await self._find_lines(lease, stored.offset, lines)
        rows = tuple(
            BatchRow(line=number, photo_id=new_id(), reference=line.reference)
            for number, line in enumerate(found, stored.batch.queued + 1)
        )
        part = BatchPart(number=stored.begun, offset=stored.offset, end=end, rows=rows)
        increments = {"begun": 1, "offset": end - stored.offset}
        await run_in_threadpool(lambda: self.batches.save_parts(lease, part, **increments))
        return part

    async def feed(self, lease: BatchLease, stored: StoredBatch, part: BatchPart) -> None:
        """Queue the lines of the last part, but for those whose photos exist. Raises Delayed or LeaseLost."""
        try:
            caller = self._caller(stored)
            await self.admission.ensure_half_free(caller.owner)
            room = await run_in_threadpool(self._room, caller)
        except CriticError as error:
            raise Delayed(error.problem()) from error
        _, lines = await self._find_lines(lease, part.offset, len(part.rows))
        progress = await self._progress(part)
        pending = progress.pending(lines)[:room]
        await self._queue_all(pending, progress, caller, stored.batch)
        await self._save(lease, progress)
        if progress.delay is not None:
            raise Delayed(progress.delay)

    async def end_part(self, lease: BatchLease, part: BatchPart) -> None:
        """Leave out the lines of a part without a photo: the batch is cancelled. Raises LeaseLost."""
        rows = (await self._progress(part)).queued
        ended = part.model_copy(update={"rows": rows, "queued": True})
        await run_in_threadpool(lambda: self.batches.save_parts(lease, ended, queued=len(rows)))

    async def _progress(self, part: BatchPart) -> PartProgress:
        return PartProgress(part, await run_in_threadpool(self.intake.jobs.existing, part.photo_ids))

    async def _find_lines(self, lease: BatchLease, offset: int, count: int) -> tuple[int, list[BatchLine]]:
        """As `find_lines`. Raises Delayed without a manifest: Redis was restored, or a folder is not mounted."""
        key = manifest_key(lease.batch_id)
        try:
            return await in_storage_thread(find_lines, self.intake.storage, key, offset, count)
        except PhotoNotFound:
            raise Delayed(StorageUnavailable("The batch's manifest is not in the storage.").problem()) from None

    async def _save(self, lease: BatchLease, progress: PartProgress) -> None:
        """Store a part as queued, or split it before the first line that must wait."""
        part, first = progress.part, progress.first
        if first in {0, len(part.rows)}:
            saved = part.model_copy(update={"queued": first > 0})
            await run_in_threadpool(lambda: self.batches.save_parts(lease, saved, queued=first))
            return
        middle, _ = await self._find_lines(lease, part.offset, first)
        batch_parts = progress.split(middle)
        await run_in_threadpool(lambda: self.batches.save_parts(lease, *batch_parts, queued=first, begun=1))

    def _caller(self, stored: StoredBatch) -> ApiKey:
        caller = authenticated(stored.api_key, self.api_keys)
        if caller.owner != stored.owner:
            raise InvalidApiKey("The batch's API key belongs to another owner now.")
        return caller

    def _room(self, caller: ApiKey) -> int:
        """Photos that the owner's limit and the key's quota have room for; at least one, which says what is full."""
        room = min(self.owner_limits.photo_room(caller.owner), self.intake.quota.remaining(caller))
        return int(min(PART_LINES, max(1, room)))

    async def _ensure_room(self, caller: ApiKey) -> None:
        """Before a photo is fetched. Raises StorageFull, QuotaExceeded or LimitReached."""
        await self.headroom.ensure_room(self.intake.settings.max_photo_bytes)
        await run_in_threadpool(self.intake.quota.ensure_remaining, caller)
        await run_in_threadpool(self.owner_limits.ensure_photos, caller.owner)

    async def _queue_all(
        self, pending: list[tuple[BatchLine, BatchRow]], progress: PartProgress, caller: ApiKey, batch: Batch
    ) -> None:
        fetches, turn_end = asyncio.Semaphore(FETCHES), time.monotonic() + TURN_SECONDS

        async def queue(number: int, line: BatchLine, row: BatchRow) -> None:
            async with fetches:
                if progress.delay is not None or (number and time.monotonic() > turn_end):
                    return
                try:
                    progress.record(row, await self._queue_photo(line, row.photo_id, caller, batch))
                except Delayed as delay:
                    progress.delay = delay.problem

        try:
            async with asyncio.TaskGroup() as group:
                for number, (line, row) in enumerate(pending):
                    group.create_task(queue(number, line, row))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _queue_photo(self, line: BatchLine, photo_id: str, caller: ApiKey, batch: Batch) -> Problem | None:
        """The problem of a line without a usable photo. Raises Delayed."""
        options = UploadOptions(batch.model, note=Note(line.reference, line.metadata), expires_at=batch.expires_at)
        try:
            await self._ensure_room(caller)
            files = await self._receive(line, photo_id, caller.owner)
            (receipt,) = await run_in_threadpool(self.intake.accept, files, caller, options)
        except CriticError as error:
            raise Delayed(error.problem()) from error
        if receipt.problem is not None and _may_pass(receipt.problem):
            raise Delayed(receipt.problem)
        if receipt.problem is None:
            self.admission.count_admitted(1, caller.owner, Lane.batch)
            await in_storage_thread(self.sources.forget, line, caller.owner)
        elif await run_in_threadpool(self.intake.jobs.existing, [photo_id]):
            return None  # a runner that lost its lease has queued it meanwhile
        return receipt.problem

    async def _receive(self, line: BatchLine, photo_id: str, owner: str) -> list[ReceivedFile]:
        settings = self.intake.settings
        limits = UploadLimits(settings.max_photo_bytes, settings.max_photo_bytes, 1)
        try:
            self.sources.ensure_accepted(line)  # the settings may have changed
            async with upload_timeout(FETCH_SECONDS), aclosing(self.sources.events(line, owner)) as events:
                return await receive_files(events, self.intake.storage, limits, lambda: photo_id)
        except CriticError as error:
            return [RejectedFile(None, error)]


def _may_pass(problem: Problem) -> bool:
    """A problem of the server or the owner's limits, and none of the line."""
    return problem.status in {429, 503, 507} or problem.code == LimitReached.code
