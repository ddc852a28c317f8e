"""Requests a second of each API key, counted in Redis, so that all gateways count together.

The generic cell rate algorithm: one number a key, the time at which its burst is whole again. One script, by Redis' own
clock, so that gateways whose clocks differ agree.
"""

import math
from dataclasses import dataclass
from typing import Any

import redis

from critic_core.contracts.errors import RateLimited
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_gateway import metrics
from critic_gateway.auth.api_keys import ApiKey

BURST_SECONDS = 2  # what was not asked for in this time may be asked for at once

_COUNT = """
local time = redis.call('TIME')
local now, each, burst = time[1] + time[2] / 1e6, 1 / tonumber(ARGV[1]), tonumber(ARGV[2])
local whole = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now)) + each
local wait = whole - now - burst * each
if wait > 1e-6 then return {'0', tostring(wait)} end
redis.call('SET', KEYS[1], string.format('%.6f', whole), 'PX', math.ceil((whole - now) * 1000) + 1)
return {tostring(math.floor(-wait / each + 1e-6)), '0'}
"""


@dataclass(frozen=True)
class Standing:
    """Where a key stands after a request. `wait`: seconds until the request may come again, 0 when it was in time."""

    key: ApiKey
    left: int
    wait: float

    @property
    def fields(self) -> dict[str, str]:
        """As HTTP tells it. Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"""
        burst, rate = burst_of(self.key), self.key.requests_per_second
        window, whole_in = (max(1, math.ceil(count / rate)) for count in (burst, burst - self.left))
        return {
            "RateLimit-Policy": f'"requests";q={burst};w={window}',
            "RateLimit": f'"requests";r={self.left};t={whole_in}',
        }

    def refuse_one_too_many(self) -> None:
        """RateLimited unless the request was in time."""
        if self.wait <= 0:
            return
        metrics.KEY_LIMITED.labels(self.key.name, RateLimited.code).inc()
        sentence = f"This API key may send {self.key.requests_per_second:g} requests a second; wait a moment."
        raise RateLimited(sentence, math.ceil(self.wait))


class RateLimit:
    """Counts requests of keys that have a limit. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._script = client.register_script(_COUNT)

    def count(self, key: ApiKey) -> Standing:
        """Count a request, unless it is one too many."""
        with redis_errors():
            told: Any = self._script(keys=[f"{KEY_PREFIX}rate:{key.name}"], args=[key.requests_per_second, burst_of(key)])
        return Standing(key, int(told[0]), float(told[1]))


def burst_of(key: ApiKey) -> int:
    """How many requests a key may send at once."""
    return max(1, math.ceil(key.requests_per_second * BURST_SECONDS))
