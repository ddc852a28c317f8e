"""Routing of model versions in Redis: the operators' choice, and pairs of scores of two versions.

The stored routing overrides the settings of the workers and takes effect without a restart.
"""

from typing import Any

import redis

from critic_core.contracts.routing import Routing, ScorePair
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors

ROUTING = f"{KEY_PREFIX}routing"
MAX_PAIRS, PAIRS_TTL_SECONDS = 5000, 7 * 24 * 3600  # of two versions: about 1 MB

# A deleted album must not come back as a hash that never expires.
_PIN = """
local function pin(album, version)
  if redis.call('EXISTS', album) == 0 then return version end
  local pinned = redis.call('HGET', album, 'model_version')
  for index = #KEYS + 1, #ARGV do if pinned == ARGV[index] then return pinned end end
  redis.call('HSET', album, 'model_version', version)
  return version
end
local versions = {}
for index, album in ipairs(KEYS) do versions[index] = pin(album, ARGV[index]) end
return versions
"""


class RoutingStore:
    """Routing and comparisons by model. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._pin = client.register_script(_PIN)

    def get(self, model: str) -> Routing | None:
        """The operators' routing; None where the settings hold."""
        with redis_errors():
            text: Any = self._redis.hget(ROUTING, model)
        return Routing.read(text) if text else None

    def save(self, model: str, routing: Routing | None) -> None:
        """Store a routing; None returns to the settings."""
        with redis_errors():
            if routing is None:
                self._redis.hdel(ROUTING, model)
            else:
                self._redis.hset(ROUTING, model, routing.model_dump_json())

    def pin_albums(self, preferred: dict[str, str], available: list[str]) -> dict[str, str]:
        """The version of every album: that of its first photo while `available`, else the preferred one.

        Albums by key in Redis; one round trip for all of them.
        """
        with redis_errors():
            versions: Any = self._pin(keys=list(preferred), args=[*preferred.values(), *available])
        return dict(zip(preferred, map(str, versions), strict=True))

    def save_pair(self, model: str, version: str, candidate: str, pair: ScorePair) -> None:
        """Store the scores of two versions for one photo."""
        name = _pairs_key(model, version, candidate)
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.lpush(name, pair.model_dump_json())
            pipe.ltrim(name, 0, MAX_PAIRS - 1)
            pipe.expire(name, PAIRS_TTL_SECONDS)
            pipe.execute()

    def pairs(self, model: str, version: str, candidate: str) -> list[ScorePair]:
        """Stored pairs, newest first."""
        with redis_errors():
            texts: Any = self._redis.lrange(_pairs_key(model, version, candidate), 0, -1)
        return [ScorePair.read(text) for text in texts]


def _pairs_key(model: str, version: str, candidate: str) -> str:
    return f"{KEY_PREFIX}pairs:{model}:{version}:{candidate}"
