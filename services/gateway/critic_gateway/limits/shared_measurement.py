"""A measurement for all requests together, by a thread of its own, which no upload can block."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Value = TypeVar("Value")


class SharedMeasurement:
    """Runs `measure`, which stores its result, when the result is too old. Belongs to one event loop."""

    def __init__(
        self,
        measure: Callable[[], Coroutine[Any, Any, None]],
        fresh_seconds: float,
        usable_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measure, self._now = measure, clock
        self._fresh_seconds, self._usable_seconds = fresh_seconds, usable_seconds
        self._thread = ThreadPoolExecutor(1, "measurement")
        self._measured_at = -math.inf
        self.running: asyncio.Task[None] | None = None

    async def refresh(self, wait_seconds: float | None = None) -> None:
        """Repeat a result that is not fresh any more, and wait for one that is too old to use.

        Raises the error of the measurement, and TimeoutError.
        """
        age = self._now() - self._measured_at
        if age > self._fresh_seconds and self.running is None:
            self.running = asyncio.create_task(self._run())
            self.running.add_done_callback(_ignore_error)
        if age > self._usable_seconds and self.running is not None:
            await asyncio.wait_for(asyncio.shield(self.running), wait_seconds)

    async def in_thread(self, function: Callable[[], Value]) -> Value:
        """The result of a blocking function."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        try:
            await self._measure()
            self._measured_at = self._now()
        finally:
            self.running = None


def _ignore_error(measurement: asyncio.Task[None]) -> None:
    """Retrieve the error of a measurement for which no request waited."""
    if not measurement.cancelled():
        measurement.exception()
