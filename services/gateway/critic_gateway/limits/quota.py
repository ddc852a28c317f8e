"""Photos a day of each API key, counted in Redis, so that all gateways count together. A day is one of UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from critic_core.contracts.errors import CriticError, QuotaExceeded
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey

_KEPT = timedelta(days=2)

_TAKE = """
local granted, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
if limit > 0 then granted = math.max(0, math.min(granted, limit - tonumber(redis.call('GET', KEYS[1]) or 0))) end
if granted > 0 then
  redis.call('INCRBY', KEYS[1], granted)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return granted
"""

log = logger(__name__)


@dataclass(frozen=True)
class Grant:
    """So many photos were counted for a key, on that day."""

    key: ApiKey
    day: str
    photos: int


class PhotoQuota:
    """Counts photos. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._script = client.register_script(_TAKE)

    def used(self, key: ApiKey) -> int:
        """Photos of today."""
        with redis_errors():
            told: Any = self._redis.get(_name(key, _today()))
        return int(told or 0)

    def ensure_left(self, key: ApiKey) -> None:
        """QuotaExceeded when not a single photo is left for today."""
        if key.photos_per_day and self.used(key) >= key.photos_per_day:
            raise used_up(key)

    def take(self, key: ApiKey, photos: int) -> Grant:
        """Count so many photos, or as many as are left."""
        day = _today()
        args: list[Any] = [photos, key.photos_per_day, int(_KEPT.total_seconds())]
        with redis_errors():
            told: Any = self._script(keys=[_name(key, day)], args=args)
        return Grant(key, day, int(told))

    def give_back(self, grant: Grant, photos: int) -> None:
        """So many of them were not accepted after all."""
        if photos <= 0:
            return
        try:
            with redis_errors():
                self._redis.decrby(_name(grant.key, grant.day), photos)
        except CriticError as error:  # then it was Redis that kept them out, and the upload's own answer says so
            log.warning("quota_refund_failed", key=grant.key.name, photos=photos, error=error.detail)


def used_up(key: ApiKey) -> QuotaExceeded:
    """The refusal, which says when the next day begins."""
    metrics.KEY_LIMITED.labels(key.name, QuotaExceeded.code).inc()
    again = next_day()
    return QuotaExceeded(
        f"The {key.photos_per_day:,} photos that may be sent a day are used up; more can be sent from "
        f"{again:%Y-%m-%d %H:%M} UTC.",
        int((again - datetime.now(UTC)).total_seconds()) + 1,
    )


def next_day() -> datetime:
    """When counting begins anew."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _name(key: ApiKey, day: str) -> str:
    return f"{KEY_PREFIX}quota:{key.name}:{day}"
