"""Advances batches, one turn at a time: every gateway takes the batch that is due first, so that batches take turns.

A turn writes the results of finished parts and queues at most one part; few parts are under way. A gateway that dies
loses its lease, and another one continues the batch where the stored parts say.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.batch import BatchState
from critic_core.contracts.errors import ServiceUnavailable
from critic_core.runtime.logs import logger
from critic_core.stores.batches import BatchLease, BatchPart, BatchStore, LeaseLost, StoredBatch
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.batches.feeder import BatchFeeder, Delayed
from critic_gateway.batches.results import BatchResults
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.limits.lease_renewal import renewed

RUNNERS = 2
PARTS_UNDER_WAY = 3
LEASE_SECONDS = 15.0
POLL_SECONDS = 0.5  # of a batch whose photos are not finished, and of gateways without work
DELAY_SECONDS = 2.0  # after overload, a used-up quota, or with a service down

log = logger(__name__)


@dataclass(frozen=True)
class BatchRunner:
    """Runs in the event loop of each gateway."""

    batches: BatchStore
    feeder: BatchFeeder
    results: BatchResults
    erasure: Erasure
    ttl_seconds: int
    clock: Callable[[], float] = time.time

    async def run(self) -> None:
        """Take turns until cancelled."""
        # A thread apart: it asks Redis for due batches all the time, and no request waits for it.
        thread = ThreadPoolExecutor(1, "batches")
        try:
            while True:
                if not await self._take_next_turn(thread):
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            thread.shutdown(wait=False)

    async def _take_next_turn(self, thread: ThreadPoolExecutor) -> bool:
        """False when no batch is due, or a service is down."""
        try:
            lease = await asyncio.get_running_loop().run_in_executor(thread, self._claim)
            if lease is not None:
                await self.advance(lease)
        except ServiceUnavailable as error:
            log.warning("batches_retry", error=error.detail)
            return False
        except Exception:
            log.exception("batch_turn_failed")
            return False
        return lease is not None

    async def advance(self, lease: BatchLease) -> None:
        """Advance a batch and schedule its next turn. Raises ServiceUnavailable."""
        due = self.clock() + DELAY_SECONDS
        try:
            async with renewed(partial(self._renew, lease), LEASE_SECONDS):
                due = await self._advance(lease)
        except asyncio.CancelledError:
            due = self.clock()  # this gateway stops, and another one continues
            raise
        except LeaseLost:
            await in_storage_thread(self._delete_if_hidden, lease)
        finally:
            with suppress(LeaseLost, ServiceUnavailable):
                await asyncio.shield(run_in_threadpool(self.batches.schedule, lease, due))

    def _claim(self) -> BatchLease | None:
        return self.batches.claim(self.clock(), LEASE_SECONDS)

    async def _advance(self, lease: BatchLease) -> float:
        """Returns the time of the next turn."""
        stored = await run_in_threadpool(self.batches.find, lease.batch_id)
        if stored is None or stored.hidden or stored.batch.expires_at <= datetime.now(UTC):
            await in_storage_thread(self.erasure.delete_batch, lease.batch_id)
            return self.clock()
        if stored.batch.finished_at is not None:
            return stored.batch.expires_at.timestamp()
        unfinished = await run_in_threadpool(self.batches.unfinished_parts, lease.batch_id)
        if unfinished or _lines_left(stored):
            return await self._continue(lease, stored, unfinished)
        await run_in_threadpool(self.batches.finish, lease, datetime.now(UTC))
        log.info("batch_finished", batch_id=lease.batch_id, lines=stored.batch.lines)
        return stored.batch.expires_at.timestamp()

    async def _continue(self, lease: BatchLease, stored: StoredBatch, unfinished: list[BatchPart]) -> float:
        collected = await self._collect(lease, unfinished)
        if collected:
            expires_at = datetime.now(UTC) + timedelta(seconds=self.ttl_seconds)
            await run_in_threadpool(self.batches.extend, lease, expires_at)
        try:
            fed = await self._feed(lease, stored, unfinished[collected:])
        except Delayed as delay:
            await run_in_threadpool(self.batches.set_delay, lease, delay.problem)
            return self.clock() + DELAY_SECONDS
        return self.clock() + (0 if collected or fed else POLL_SECONDS)

    async def _collect(self, lease: BatchLease, unfinished: list[BatchPart]) -> int:
        """The number of the first parts that are written now."""
        collected = 0
        for part in unfinished:
            if not part.queued or not await in_storage_thread(self.results.collect, lease, part):
                break
            collected += 1
        return collected

    async def _feed(self, lease: BatchLease, stored: StoredBatch, unfinished: list[BatchPart]) -> bool:
        """Queue the part that an earlier turn has begun, or the next one. False without any. Raises Delayed."""
        part = next((part for part in unfinished if not part.queued), None)
        if part is None:
            if not _lines_left(stored) or len(unfinished) >= PARTS_UNDER_WAY:
                return False
            part = await self.feeder.next_part(lease, stored)
        if stored.batch.state is BatchState.cancelled:
            await self.feeder.end_part(lease, part)
            return True
        try:
            await self.feeder.feed(lease, stored, part)
            if stored.batch.delay is not None:
                await run_in_threadpool(self.batches.set_delay, lease, None)
        except BaseException:
            await in_storage_thread(self._delete_if_hidden, lease, part.photo_ids)
            raise
        return True

    def _delete_if_hidden(self, lease: BatchLease, photo_ids: Sequence[str] = ()) -> None:
        """What a turn has written of a batch that was deleted meanwhile."""
        stored = self.batches.find(lease.batch_id)
        if stored is None or stored.hidden:
            for photo_id in photo_ids:
                self.erasure.delete_photo(photo_id)
            self.erasure.delete_batch(lease.batch_id)

    def _renew(self, lease: BatchLease) -> None:
        with suppress(LeaseLost):
            self.batches.schedule(lease, self.clock() + LEASE_SECONDS)


@asynccontextmanager
async def running(runner: BatchRunner) -> AsyncIterator[None]:
    """Runs the runners of a gateway inside the block."""
    tasks = [asyncio.create_task(runner.run()) for _ in range(RUNNERS)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _lines_left(stored: StoredBatch) -> bool:
    return stored.batch.state is BatchState.running and stored.batch.queued < stored.batch.lines
