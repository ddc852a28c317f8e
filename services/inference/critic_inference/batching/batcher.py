"""The queue of a model, and the loop that turns it into batches.

The queue lives on the event loop (no locks); batches are computed in threads, where ONNX Runtime releases the GIL.
While a batch is computed the next one gathers, so that load itself makes batches larger, also without a delay.
"""

import asyncio
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from critic_core.contracts.errors import CriticError
from critic_inference.batching.batch import BatchResult, Feeds, compute_batch
from critic_inference.batching.policy import BatchPolicy
from critic_inference.batching.statistics import Failure, Statistics
from critic_inference.engine.session import Session
from critic_inference.errors import ComputeFailed, ModelNotReady, QueueFull, QueueTimeout

FAILURES_BEFORE_PROBE = 5
"""Consecutive failed batches after which the fault may be the session's, and not the requests'."""


@dataclass(frozen=True)
class DeviceProbe:
    """A self-test of a session's device, and the callback for its failure."""

    run: Callable[[], None]
    """Computes a batch that must succeed, in a compute thread. May raise any error."""
    on_failure: Callable[[Exception], None]
    """Called on the event loop."""


@dataclass(eq=False, slots=True)
class QueuedRequest:
    """A request in the queue."""

    feeds: Feeds
    rows: int
    result: asyncio.Future[Feeds]
    priority: int = 0  # lower ones first
    timeout: float = 0.0  # seconds in the queue; 0: none
    queued_at: float = field(default_factory=time.perf_counter)  # seconds

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes without the batch dimension; requests of equal shapes may share a batch."""
        return tuple(array.shape[1:] for array in self.feeds.values())

    def expired(self, now: float) -> bool:
        """True for a request that waited longer than its timeout."""
        return self.timeout > 0 and self.queued_at + self.timeout < now

    def fail(self, error: Exception) -> None:
        """Raise `error` in the waiting client, if it still waits."""
        if not self.result.done():
            self.result.set_exception(error)


def compute_threads(policy: BatchPolicy) -> ThreadPoolExecutor:
    """One thread per instance of the policy, each started on first use."""
    return ThreadPoolExecutor(policy.instances, thread_name_prefix="compute")


class Batcher:
    """Dynamic batching of one session. Belongs to the event loop it was started on."""

    def __init__(
        self,
        session: Session,
        policy: BatchPolicy,
        statistics: Statistics,
        threads: ThreadPoolExecutor | None = None,
        probe: DeviceProbe | None = None,
    ) -> None:
        """`threads`: those that warmed the session, as many as the policy has instances; new ones by default."""
        self._session = session
        self._policy = policy
        self._statistics = statistics
        self._queue: deque[QueuedRequest] = deque()
        self._queue_changed = asyncio.Event()
        self._idle_instances = asyncio.Semaphore(policy.instances)
        self._threads = threads or compute_threads(policy)
        self._running: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._probe, self._failures_in_a_row = probe, 0

    @property
    def pending(self) -> int:
        """Queued requests; those in a running batch do not count."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to take batches off the queue."""
        self._loop_task = asyncio.create_task(self._serve(), name="batcher")

    async def infer(self, feeds: Feeds, rows: int, priority: int = 0, queue_seconds: float = 0.0) -> Feeds:
        """The outputs of one request, with a priority and a queue timeout as far as the policy has them.

        Raises QueueFull at once, QueueTimeout, ComputeFailed.
        """
        if self._policy.max_queue and len(self._queue) >= self._policy.max_queue:
            self._statistics.record_failure(Failure.rejected)
            raise QueueFull
        level, seconds = self._policy.priority_of(priority), self._policy.timeout_of(queue_seconds)
        request = QueuedRequest(feeds, rows, asyncio.get_running_loop().create_future(), level, seconds)
        self._queue.insert(bisect_right(self._queue, level, key=lambda queued: queued.priority), request)
        self._queue_changed.set()
        try:
            return await request.result
        except asyncio.CancelledError:  # the client disconnected: free its slot in the queue
            self._statistics.record_failure(Failure.canceled)
            with suppress(ValueError):  # it may be in a batch already
                self._queue.remove(request)
            raise

    async def finish(self) -> None:
        """Compute all queued requests, then stop. The caller lets no new request in."""
        if results := [request.result for request in self._queue]:
            await asyncio.wait(results)
        await self.stop()

    async def stop(self) -> None:
        """Finish running batches; queued requests fail with ModelNotReady."""
        if self._loop_task is not None:
            self._loop_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop_task
        if self._running:
            await asyncio.wait(self._running)
        while self._queue:
            self._queue.popleft().fail(ModelNotReady("The server is shutting down."))
        self._threads.shutdown(wait=False)

    async def _serve(self) -> None:
        while True:
            await self._idle_instances.acquire()
            batch = await self._next_batch()
            task = asyncio.create_task(self._compute(batch), name="batch")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _next_batch(self) -> list[QueuedRequest]:
        while True:
            self._queue_changed.clear()
            self._reject_expired()
            delay = None
            if self._queue:
                size = self._policy.next_batch_size(sum(request.rows for request in self._queue))
                oldest = min(request.queued_at for request in self._queue)
                delay = oldest + self._policy.max_delay - time.perf_counter()
                if size is not None or delay <= 0:
                    return self._dequeue(self._policy.max_rows if size is None else size)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._queue_changed.wait()

    def _reject_expired(self) -> None:
        """Fail requests that waited longer than their timeout."""
        now = time.perf_counter()
        for request in [request for request in self._queue if request.expired(now)]:
            self._queue.remove(request)
            self._statistics.record_failure(Failure.rejected)
            request.fail(QueueTimeout())

    def _dequeue(self, max_rows: int) -> list[QueuedRequest]:
        """The head of the queue, up to `max_rows` rows of equal shape; the first request always, as it is."""
        batch = [self._queue.popleft()]
        rows = batch[0].rows
        while self._policy.combine and self._queue:
            following = self._queue[0]
            if rows + following.rows > max_rows or following.shapes != batch[0].shapes:
                break
            rows += following.rows
            batch.append(self._queue.popleft())
        return batch

    async def _compute(self, batch: list[QueuedRequest]) -> None:
        dequeued_at = time.perf_counter()
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._threads, compute_batch, self._session, [request.feeds for request in batch], self._policy.max_rows
            )
        except Exception as error:  # noqa: BLE001 - every waiting client must get the error, whatever it is
            self._fail_batch(batch, error)
            await self._probe_device()
        else:
            self._failures_in_a_row = 0
            self._complete(batch, result, dequeued_at)
        finally:
            self._idle_instances.release()

    async def _probe_device(self) -> None:
        """A lost GPU fails every batch at once: to a least-connections balancer it is the least busy of all."""
        self._failures_in_a_row += 1
        if self._probe is None or self._failures_in_a_row % FAILURES_BEFORE_PROBE:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._probe.run)
        except Exception as error:  # noqa: BLE001 - any error of the probe is the session's
            self._probe.on_failure(error)

    def _complete(self, batch: list[QueuedRequest], result: BatchResult, dequeued_at: float) -> None:
        self._statistics.record_batch(result.rows, result.timing)
        done_at = time.perf_counter()
        for request, outputs in zip(batch, result.outputs, strict=True):
            if not request.result.done():
                request.result.set_result(outputs)
                self._statistics.record_success(request.queued_at, dequeued_at, done_at, result.timing)

    def _fail_batch(self, batch: list[QueuedRequest], error: Exception) -> None:
        reported = error if isinstance(error, CriticError) else ComputeFailed(f"{type(error).__name__}: {error}")
        for request in batch:
            self._statistics.record_failure(Failure.backend, time.perf_counter() - request.queued_at)
            request.fail(reported)
