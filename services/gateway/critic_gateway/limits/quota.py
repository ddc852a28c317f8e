"""Daily photo quota of each API key, counted in Redis for all gateways together. A day is a day of UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from critic_core.contracts.errors import CriticError, QuotaExceeded
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey

_COUNTER_TTL = timedelta(days=2)

_RESERVE = """
local photos, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
if limit > 0 then photos = math.max(0, math.min(photos, limit - tonumber(redis.call('GET', KEYS[1]) or 0))) end
if photos > 0 then
  redis.call('INCRBY', KEYS[1], photos)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return photos
"""

log = logger(__name__)


@dataclass(frozen=True)
class Reservation:
    """Photos counted against a key's quota of a day."""

    key: ApiKey
    day: str
    photos: int


class PhotoQuota:
    """Counts photos. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._reserve = client.register_script(_RESERVE)

    def used(self, key: ApiKey) -> int:
        """Photos of today."""
        with redis_errors():
            count: Any = self._redis.get(_counter(key, _today()))
        return int(count or 0)

    def ensure_remaining(self, key: ApiKey) -> None:
        """QuotaExceeded when no photo remains for today."""
        if key.photos_per_day and self.used(key) >= key.photos_per_day:
            raise quota_exceeded(key)

    def reserve(self, key: ApiKey, photos: int) -> Reservation:
        """Reserve this many photos, or as many as remain."""
        day = _today()
        args: list[Any] = [photos, key.photos_per_day, int(_COUNTER_TTL.total_seconds())]
        with redis_errors():
            count: Any = self._reserve(keys=[_counter(key, day)], args=args)
        return Reservation(key, day, int(count))

    def refund(self, reservation: Reservation, photos: int) -> None:
        """Return photos of a reservation that were not accepted."""
        if photos <= 0:
            return
        try:
            with redis_errors():
                self._redis.decrby(_counter(reservation.key, reservation.day), photos)
        except CriticError as error:  # the upload failed for the same reason, and reports it
            log.warning("quota_refund_failed", key=reservation.key.name, photos=photos, error=error.detail)


def quota_exceeded(key: ApiKey) -> QuotaExceeded:
    """The error with the time of the next day; it is counted in the metrics."""
    metrics.API_KEY_REJECTIONS.labels(key.name, QuotaExceeded.code).inc()
    reset = next_day()
    return QuotaExceeded(
        f"The quota of {key.photos_per_day:,} photos a day is used up; it resets at {reset:%Y-%m-%d %H:%M} UTC.",
        int((reset - datetime.now(UTC)).total_seconds()) + 1,
    )


def next_day() -> datetime:
    """When the counters reset."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _counter(key: ApiKey, day: str) -> str:
    return f"{KEY_PREFIX}quota:{key.name}:{day}"
