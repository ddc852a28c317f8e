"""Headroom: growing writes are rejected before Redis or the storage is full, so that deleting always works.

The room is measured at most once a second: a storage that hangs delays no request for more than a moment.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis

from critic_core.contracts.errors import CriticError, StorageFull
from critic_core.runtime.redis_client import redis_errors
from critic_core.runtime.storage import Storage
from critic_gateway.limits.shared_measurement import SharedMeasurement
from critic_gateway.settings import GatewaySettings

FRESH_SECONDS = 1.0  # an older measurement is repeated
USABLE_SECONDS = 5.0  # only after this age does a request wait for the next measurement
WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class Room:
    """Memory of Redis, bytes (limit 0: none), and free bytes of the storage's disk (None: a bucket, or unknown)."""

    redis_used: int
    redis_limit: int
    storage_free: int | None

    def redis_full(self, settings: GatewaySettings) -> bool:
        """Redis uses more of its memory than growing writes may."""
        return bool(self.redis_limit) and self.redis_used >= self.redis_limit * settings.max_redis_memory_share

    def storage_full(self, settings: GatewaySettings, incoming_bytes: int = 0) -> bool:
        """So many bytes more would leave the disk less than the reserve."""
        return self.storage_free is not None and self.storage_free - incoming_bytes < settings.storage_reserve_bytes

    def ensure(self, settings: GatewaySettings, incoming_bytes: int = 0) -> None:
        """Raises StorageFull."""
        if self.redis_full(settings):
            raise StorageFull("The queue's memory is almost full; deleting works, and photos that expire make room.")
        if self.storage_full(settings, incoming_bytes):
            raise StorageFull("The photo storage is almost full; deleting works, and photos that expire make room.")


def measure_room(client: "redis.Redis", storage: Storage) -> Room:
    """The room now. Raises QueueUnavailable."""
    return measure_redis(client, storage.free_bytes())


def measure_redis(client: "redis.Redis", storage_free: int | None) -> Room:
    """The room now, with a known number of free bytes. Raises QueueUnavailable."""
    with redis_errors():
        memory: Any = client.info("memory")
    return Room(memory["used_memory"], memory["maxmemory"], storage_free)


class Headroom:
    """The latest measurement of the room. Belongs to one event loop."""

    def __init__(
        self, measure: Callable[[], Room], settings: GatewaySettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._measure_room, self._settings, self._room = measure, settings, Room(0, 0, None)
        self._measurement = SharedMeasurement(self._measure, FRESH_SECONDS, USABLE_SECONDS, clock)

    async def ensure_room(self, incoming_bytes: int = 0) -> None:
        """Raises StorageFull. While the room is unknown, requests meet the error of Redis or storage itself."""
        with suppress(CriticError, TimeoutError):
            await self._measurement.refresh(WAIT_SECONDS)
        self._room.ensure(self._settings, incoming_bytes)

    def close(self) -> None:
        """End the thread."""
        self._measurement.close()

    async def _measure(self) -> None:
        self._room = await self._measurement.in_thread(self._measure_room)
