"""The queue of a model, and the loop that turns it into batches.

The queue lives on the event loop (no locks); batches are computed in threads, where ONNX Runtime lets go of Python's
lock. While a batch is computed the next one gathers, so that load itself makes batches larger, also without a delay.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from critic_core.contracts.errors import CriticError
from critic_inference.batching.batch import BatchResult, Feeds, compute_batch
from critic_inference.batching.policy import BatchPolicy
from critic_inference.engine.session import Session
from critic_inference.errors import ComputeFailed, ModelNotReady, QueueFull, QueueTimeout
from critic_inference.serving.statistics import Failure, Statistics

FAILURES_IN_A_ROW = 5
"""After so many batches the session itself is in doubt, and not what was asked of it."""


@dataclass(frozen=True)
class Doubt:
    """How to find out whether a session still computes, and whom to tell that it does not."""

    prove: Callable[[], None]
    """Computes something that must succeed; called in the thread that computes. Raises whatever went wrong."""
    broken: Callable[[Exception], None]
    """Called on the event loop."""


@dataclass(eq=False, slots=True)
class Waiting:
    """A request in the queue."""

    feeds: Feeds
    rows: int
    answer: asyncio.Future[Feeds]
    queued: float = field(default_factory=time.perf_counter)  # seconds

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """What must be equal for two requests to share a batch."""
        return tuple(array.shape[1:] for array in self.feeds.values())


def compute_threads(policy: BatchPolicy) -> ThreadPoolExecutor:
    """A thread for each batch that may be computed at a time; none is started before it is needed."""
    return ThreadPoolExecutor(policy.instances, thread_name_prefix="compute")


class Batcher:
    """Answers requests in batches. Belongs to the event loop it was started on."""

    def __init__(
        self,
        session: Session,
        policy: BatchPolicy,
        statistics: Statistics,
        threads: ThreadPoolExecutor | None = None,
        doubt: Doubt | None = None,
    ) -> None:
        """`threads`: those that warmed the session, as many as the policy has instances; without them, new ones."""
        self._session = session
        self._policy = policy
        self._statistics = statistics
        self._waiting: deque[Waiting] = deque()
        self._changed = asyncio.Event()
        self._idle = asyncio.Semaphore(policy.instances)
        self._threads = threads or compute_threads(policy)
        self._running: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._doubt, self._failures = doubt, 0

    @property
    def pending(self) -> int:
        """Requests waiting, those being computed left out."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to take batches off the queue."""
        self._loop_task = asyncio.create_task(self._serve(), name="batcher")

    async def infer(self, feeds: Feeds, rows: int) -> Feeds:
        """The outputs for one request. Raises QueueFull at once, QueueTimeout, ComputeFailed."""
        if self._policy.max_queue and len(self._waiting) >= self._policy.max_queue:
            self._statistics.failed(Failure.rejected)
            raise QueueFull
        waiting = Waiting(feeds, rows, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._changed.set()
        try:
            return await waiting.answer
        except asyncio.CancelledError:  # the client is gone: its place in the queue is free
            self._statistics.failed(Failure.canceled)
            with suppress(ValueError):  # it may be in a batch already
                self._waiting.remove(waiting)
            raise

    async def finish(self) -> None:
        """Answer everyone who waits, then stop. The caller sees to it that nobody else comes."""
        if answers := [each.answer for each in self._waiting]:
            await asyncio.wait(answers)
        await self.stop()

    async def stop(self) -> None:
        """Stop taking batches; whoever still waits is told so."""
        if self._loop_task is not None:
            self._loop_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop_task
        if self._running:
            await asyncio.wait(self._running)
        while self._waiting:
            _fail(self._waiting.popleft(), ModelNotReady("The server is shutting down."))
        self._threads.shutdown(wait=False)

    async def _serve(self) -> None:
        while True:
            await self._idle.acquire()
            batch = await self._next_batch()
            task = asyncio.create_task(self._compute(batch), name="batch")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _next_batch(self) -> list[Waiting]:
        while True:
            self._changed.clear()
            self._refuse_late()
            patience = None
            if self._waiting:
                wanted = self._policy.wanted_rows(sum(each.rows for each in self._waiting))
                patience = self._waiting[0].queued + self._policy.max_delay - time.perf_counter()
                if wanted is not None or patience <= 0:
                    return self._take(self._policy.max_rows if wanted is None else wanted)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._changed.wait()

    def _refuse_late(self) -> None:
        """Those at the head of the queue that waited longer than the config allows."""
        oldest = time.perf_counter() - self._policy.timeout if self._policy.timeout else float("-inf")
        while self._waiting and self._waiting[0].queued < oldest:
            self._statistics.failed(Failure.rejected)
            _fail(self._waiting.popleft(), QueueTimeout())

    def _take(self, wanted: int) -> list[Waiting]:
        """The head of the queue, up to `wanted` rows of equal shape; the first request always, as it is."""
        batch = [self._waiting.popleft()]
        rows = batch[0].rows
        while self._policy.combine and self._waiting:
            following = self._waiting[0]
            if rows + following.rows > wanted or following.shapes != batch[0].shapes:
                break
            rows += following.rows
            batch.append(self._waiting.popleft())
        return batch

    async def _compute(self, batch: list[Waiting]) -> None:
        taken = time.perf_counter()
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._threads, compute_batch, self._session, [each.feeds for each in batch], self._policy.max_rows
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting client must hear of it
            self._refuse(batch, error)
            await self._look_closer()
        else:
            self._failures = 0
            self._answer(batch, result, taken)
        finally:
            self._idle.release()

    async def _look_closer(self) -> None:
        """A GPU that is lost fails every batch, and at once: a balancer would take it for the least busy of all."""
        self._failures += 1
        if self._doubt is None or self._failures % FAILURES_IN_A_ROW:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._doubt.prove)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is the session's
            self._doubt.broken(error)

    def _answer(self, batch: list[Waiting], result: BatchResult, taken: float) -> None:
        self._statistics.computed(result.rows, result.timing)
        done = time.perf_counter()
        for each, outputs in zip(batch, result.outputs, strict=True):
            if not each.answer.done():
                each.answer.set_result(outputs)
                self._statistics.answered(each.queued, taken, done, result.timing)

    def _refuse(self, batch: list[Waiting], error: Exception) -> None:
        told = error if isinstance(error, CriticError) else ComputeFailed(f"{type(error).__name__}: {error}")
        for each in batch:
            self._statistics.failed(Failure.backend, time.perf_counter() - each.queued)
            _fail(each, told)


def _fail(waiting: Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
