"""Daily photo quota of each API key, counted in Redis for all gateways together. A day is a day of UTC."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from critic_core.contracts.errors import CriticError, QuotaExceeded
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_core.stores.new_photo import Quota
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey

log = logger(__name__)


class PhotoQuota:
    """Reads and refunds; the stores count photos as they store them. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    @staticmethod
    def today(key: ApiKey) -> Quota:
        """The quota of this day, for the stores."""
        return Quota(_counter(key), key.photos_per_day)

    def used(self, key: ApiKey) -> int:
        """Photos of today."""
        with redis_errors():
            count: Any = self._redis.get(_counter(key))
        return int(count or 0)

    def remaining(self, key: ApiKey) -> float:
        """Photos that remain for today; infinite without a quota."""
        return max(0, key.photos_per_day - self.used(key)) if key.photos_per_day else math.inf

    def ensure_remaining(self, key: ApiKey) -> None:
        """QuotaExceeded when no photo remains for today."""
        if not self.remaining(key):
            raise quota_exceeded(key)

    def refund(self, quota: Quota) -> None:
        """Take back the count of a photo that was stored, and could not be queued."""
        try:
            with redis_errors():
                self._redis.decr(quota.counter)
        except CriticError as error:  # the upload failed for the same reason, and reports it
            log.warning("quota_refund_failed", counter=quota.counter, error=error.detail)


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


def _counter(key: ApiKey) -> str:
    return f"{KEY_PREFIX}quota:{key.name}:{datetime.now(UTC):%Y-%m-%d}"
