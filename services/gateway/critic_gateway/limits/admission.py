"""Admission control: uploads are rejected while the backlog is too long.

Rejections must be cheap, because an overloaded machine mostly rejects. A thread of its own measures the load, which no
upload can block, and most requests use the latest measurement instead of waiting for Redis.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from critic_core.contracts.errors import Overloaded
from critic_core.stores.throughput import Load
from critic_gateway.settings import GatewaySettings

FRESH_SECONDS = 0.05  # an older measurement is repeated
USABLE_SECONDS = 1.0  # only after this age do requests wait for the next measurement
MAX_RETRY_AFTER_SECONDS = 30  # the throughput may change by then


class Admission:
    """Admits uploads while the backlog is within its limit. Belongs to one event loop."""

    def __init__(
        self, measure_load: Callable[[], Load], settings: GatewaySettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._measure_load, self._settings, self._now = measure_load, settings, clock
        self._thread = ThreadPoolExecutor(1, "admission")
        self._load, self._measured_at, self._admitted_since = Load(0, None), -math.inf, 0
        self._measurement: asyncio.Task[None] | None = None

    async def ensure_capacity(self) -> None:
        """Raises Overloaded when the backlog is at its limit, and QueueUnavailable when it is unknown."""
        age = self._now() - self._measured_at
        if age > FRESH_SECONDS and self._measurement is None:
            self._measurement = asyncio.create_task(self._measure())
            self._measurement.add_done_callback(_ignore_error)
        if age > USABLE_SECONDS and self._measurement is not None:
            await asyncio.shield(self._measurement)
        ensure_within_limit(Load(self._load.backlog + self._admitted_since, self._load.per_second), self._settings)

    def count_admitted(self, photos: int) -> None:
        """Add admitted photos to the backlog until the next measurement includes them."""
        self._admitted_since += photos

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    async def _measure(self) -> None:
        included = self._admitted_since
        try:
            self._load = await asyncio.get_running_loop().run_in_executor(self._thread, self._measure_load)
            self._measured_at = self._now()
            self._admitted_since -= included
        finally:
            self._measurement = None


def ensure_within_limit(load: Load, settings: GatewaySettings) -> None:
    """Raises Overloaded when the backlog is at its limit."""
    limit = backlog_limit(load, settings)
    if load.backlog >= limit:
        detail = f"{load.backlog:,} photos are queued already; retry in a moment. Nothing was stored."
        raise Overloaded(detail, _retry_after(load, limit, settings))


def backlog_limit(load: Load, settings: GatewaySettings) -> int:
    """Limit of the backlog: photos scored within the maximum wait, at least one, at most the setting."""
    if load.per_second is None or not settings.max_wait_seconds:
        return settings.max_backlog
    return min(settings.max_backlog, max(1, math.floor(load.per_second * settings.max_wait_seconds)))


def _retry_after(load: Load, limit: int, settings: GatewaySettings) -> int:
    """Seconds until the backlog is below its limit, without new photos."""
    if not load.per_second:
        return settings.retry_after_seconds
    seconds = math.ceil((load.backlog - limit + 1) / load.per_second)
    return max(settings.retry_after_seconds, min(seconds, MAX_RETRY_AFTER_SECONDS))


def _ignore_error(measurement: asyncio.Task[None]) -> None:
    """Retrieve the error of a measurement for which no request waited."""
    if not measurement.cancelled():
        measurement.exception()
