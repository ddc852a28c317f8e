"""Request rate of each API key, counted in Redis for all gateways together.

The generic cell rate algorithm: one number per key, the time at which its burst is full again. One script with the
clock of Redis, so that gateways with different clocks agree.
"""

import math
from dataclasses import dataclass
from typing import Any

import redis

from critic_core.contracts.errors import RateLimited
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey

BURST_SECONDS = 2  # unused requests of this time may be sent at once

# A full Redis must not reject the requests that delete: the counter of a key is small, and short-lived.
_COUNT = """#!lua flags=allow-oom
local time = redis.call('TIME')
local now, interval, burst = time[1] + time[2] / 1e6, 1 / tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now)) + interval
local wait = full_at - now - burst * interval
if wait > 1e-6 then return {'0', tostring(wait)} end
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1)
return {tostring(math.floor(-wait / interval + 1e-6)), '0'}
"""


@dataclass(frozen=True)
class RateLimitStatus:
    """A key's rate after a request. `wait_seconds` until the request may be repeated; 0 when it is within the rate."""

    key: ApiKey
    remaining: int
    wait_seconds: float

    @property
    def headers(self) -> dict[str, str]:
        """Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"""
        burst, rate = burst_size(self.key), self.key.requests_per_second
        window, reset = (max(1, math.ceil(count / rate)) for count in (burst, burst - self.remaining))
        return {
            "RateLimit-Policy": f'"requests";q={burst};w={window}',
            "RateLimit": f'"requests";r={self.remaining};t={reset}',
        }

    def raise_if_exceeded(self) -> None:
        """RateLimited unless the request is within the rate."""
        if self.wait_seconds <= 0:
            return
        metrics.API_KEY_REJECTIONS.labels(self.key.name, RateLimited.code).inc()
        detail = f"This API key is limited to {self.key.requests_per_second:g} requests a second; wait a moment."
        raise RateLimited(detail, math.ceil(self.wait_seconds))


class RateLimit:
    """Counts requests of keys with a limit. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._count = client.register_script(_COUNT)

    def count(self, key: ApiKey, share_digest: str = "") -> RateLimitStatus:
        """Count a request, unless it exceeds the rate; the requests of each share link are counted apart."""
        with redis_errors():
            name = f"{KEY_PREFIX}rate:{key.name}" + (f":{share_digest}" if share_digest else "")
            reply: Any = self._count(keys=[name], args=[key.requests_per_second, burst_size(key)])
        return RateLimitStatus(key, int(reply[0]), float(reply[1]))


def burst_size(key: ApiKey) -> int:
    """Most requests of a key at once."""
    return max(1, math.ceil(key.requests_per_second * BURST_SECONDS))
