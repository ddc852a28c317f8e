"""Admission control: uploads are rejected while the backlog is too long, or the owner's own queue.

The wait is each owner's own, since owners take turns: a caller with many photos gets `429`, another one does not.

Rejections must be cheap, because an overloaded machine mostly rejects: most requests use the latest measurement of the
load instead of waiting for Redis.
"""

import math
import time
from collections import Counter
from collections.abc import Callable

from critic_core.contracts.errors import Overloaded
from critic_core.contracts.photo import Lane
from critic_core.stores.throughput import Load
from critic_gateway.limits.shared_measurement import SharedMeasurement
from critic_gateway.settings import GatewaySettings

FRESH_SECONDS = 0.2  # an older measurement is repeated
USABLE_SECONDS = 1.0  # only after this age do requests wait for the next measurement
MAX_RETRY_AFTER_SECONDS = 300  # the throughput may change by then
UNKNOWN_THROUGHPUT_LIMIT = 300  # photos before an owner's next one; a minute of a small machine


class Admission:
    """Admits uploads while the backlog is within its limit. Belongs to one event loop."""

    def __init__(
        self, measure_load: Callable[[], Load], settings: GatewaySettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._measure_load, self._settings, self._load = measure_load, settings, Load(0, None)
        self._measurement = SharedMeasurement(self._measure, FRESH_SECONDS, USABLE_SECONDS, clock)
        self._admitted_since: Counter[tuple[Lane, str]] = Counter()

    async def ensure_capacity(self, owner: str, lane: Lane) -> None:
        """Raises Overloaded when a limit of the owner is reached, and QueueUnavailable when the backlog is unknown."""
        ensure_within_limits(await self._latest_load(), owner, lane, self._settings)

    async def ensure_half_free(self, owner: str) -> None:
        """The same for a batch, which leaves half of its owner's limits to uploads."""
        load = await self._latest_load()
        doubled = load.plus({(Lane.batch, owner): load.photos_of(owner)})
        ensure_within_limits(doubled, owner, Lane.batch, self._settings)

    async def _latest_load(self) -> Load:
        await self._measurement.refresh()
        return self._load.plus(self._admitted_since)

    def count_admitted(self, photos: int, owner: str, lane: Lane) -> None:
        """Add admitted photos to the owner's queue until the next measurement includes them."""
        self._admitted_since[lane, owner] += photos

    def close(self) -> None:
        """End the thread."""
        self._measurement.close()

    async def _measure(self) -> None:
        included = self._admitted_since.copy()
        self._load = await self._measurement.in_thread(self._measure_load)
        self._admitted_since -= included  # drops owners at zero


def ensure_within_limits(load: Load, owner: str, lane: Lane, settings: GatewaySettings) -> None:
    """Raises Overloaded when the backlog, the owner's part of it, or the owner's expected wait is at its limit.

    Sentences have no number but the owner's own: how many photos others have is theirs to know.
    """
    exceeded = _exceeded(load, owner, lane, settings)
    if exceeded:
        finished_first, queued = max(exceeded)
        raise _overloaded(queued, finished_first, load.per_second, settings)


def _exceeded(load: Load, owner: str, lane: Lane, settings: GatewaySettings) -> list[tuple[int, str]]:
    """For each limit at its end, the photos that must be finished first, and what is queued."""
    owned, wait_limit = load.photos_of(owner), _wait_limit(load, settings)
    ahead = load.photos_before(load.photos_of(owner, lane), owner, lane)
    before_share = load.photos_before(owned - settings.owner_backlog, owner, Lane.batch)
    limits = (
        (load.backlog - settings.max_backlog, "Too many photos are"),
        (before_share if owned >= settings.owner_backlog else -1, f"{owned:,} photos of yours are"),
        (ahead - wait_limit, "Too many photos are"),
    )
    return [(excess + 1, queued) for excess, queued in limits if excess >= 0]


def backlog_limit(load: Load, settings: GatewaySettings) -> int:
    """Limit of the backlog of an only owner: photos scored within the maximum wait, at most the setting."""
    if load.per_second is None:
        return settings.max_backlog
    return min(settings.max_backlog, _wait_limit(load, settings))


def _wait_limit(load: Load, settings: GatewaySettings) -> int:
    """Photos scored within the maximum wait, at least one."""
    if not settings.max_wait_seconds:
        return settings.max_backlog
    if load.per_second is None:
        return UNKNOWN_THROUGHPUT_LIMIT
    return max(1, math.floor(load.per_second * settings.max_wait_seconds))


def _overloaded(queued: str, finished_first: int, pace: float | None, settings: GatewaySettings) -> Overloaded:
    """Retry-After is the time until so many photos are finished."""
    seconds = math.ceil(finished_first / pace) if pace else 0
    retry_after = max(settings.retry_after_seconds, min(seconds, MAX_RETRY_AFTER_SECONDS))
    return Overloaded(f"{queued} queued already; retry in a moment. Nothing was stored.", retry_after)
