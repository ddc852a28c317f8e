"""Whether there is room for more photos, told at once however busy the machine is.

A refusal must be cheap: it is what an overloaded machine does most. So the load is looked at by a thread of its own,
which no upload can keep busy, and most requests are told what it saw last instead of waiting for Redis.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from critic_core.contracts.errors import Overloaded
from critic_core.stores.throughput import Load
from critic_gateway.settings import GatewaySettings

FRESH_SECONDS = 0.05  # what was seen longer ago is looked at again
USABLE_SECONDS = 1.0  # until then nobody waits for that look
LONGEST_RETRY_SECONDS = 30  # the pace may be another one by then


class Admission:
    """Lets uploads in while few enough photos wait. Made for one event loop, and used in that only."""

    def __init__(
        self, look: Callable[[], Load], settings: GatewaySettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look, self._settings, self._now = look, settings, clock
        self._thread = ThreadPoolExecutor(1, "admission")
        self._seen, self._seen_at, self._since = Load(0, None), -math.inf, 0
        self._looking: asyncio.Task[None] | None = None

    async def ensure_room(self) -> None:
        """Raises Overloaded when too many photos wait already, and QueueUnavailable when that cannot be known."""
        age = self._now() - self._seen_at
        if age > FRESH_SECONDS and self._looking is None:
            self._looking = asyncio.create_task(self._look_again())
            self._looking.add_done_callback(_nobody_may_care)
        if age > USABLE_SECONDS and self._looking is not None:
            await asyncio.shield(self._looking)
        refuse_without_room(Load(self._seen.backlog + self._since, self._seen.per_second), self._settings)

    def admitted(self, photos: int) -> None:
        """So many photos are in: they count until they are seen."""
        self._since += photos

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    async def _look_again(self) -> None:
        known = self._since
        try:
            self._seen = await asyncio.get_running_loop().run_in_executor(self._thread, self._look)
            self._seen_at = self._now()
            self._since -= known
        finally:
            self._looking = None


def refuse_without_room(load: Load, settings: GatewaySettings) -> None:
    """Overloaded when one more photo would be one too many, or would have to wait too long."""
    limit = most_waiting(load, settings)
    if load.backlog < limit:
        return
    told = f"{load.backlog:,} photos are waiting already; try again in a moment. Nothing was kept."
    raise Overloaded(told, _retry_after(load, limit, settings))


def most_waiting(load: Load, settings: GatewaySettings) -> int:
    """How many photos may wait: as many as are answered in the longest wait, but one may always, and never too many."""
    if load.per_second is None or not settings.max_wait_seconds:
        return settings.max_backlog
    return min(settings.max_backlog, max(1, math.floor(load.per_second * settings.max_wait_seconds)))


def _retry_after(load: Load, limit: int, settings: GatewaySettings) -> int:
    """When there will be room again, if nobody else comes."""
    if not load.per_second:
        return settings.retry_after_seconds
    room_in = math.ceil((load.backlog - limit + 1) / load.per_second)
    return max(settings.retry_after_seconds, min(room_in, LONGEST_RETRY_SECONDS))


def _nobody_may_care(looking: asyncio.Task[None]) -> None:
    """A look that failed while what was seen before it was still good enough."""
    if not looking.cancelled():
        looking.exception()
