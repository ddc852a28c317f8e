"""Which version answers, in Redis: what operators wish, and how two versions differ.

What is wished here goes before the settings of the workers, so that it takes effect everywhere without a restart.
"""

from typing import Any

import redis

from critic_core.contracts.routing import Pair, Routing
from critic_core.stores.jobs import PREFIX, answering

ROUTING = f"{PREFIX}routing"
PAIRS_KEPT, PAIRS_TTL_SECONDS = 5000, 7 * 24 * 3600  # of each two versions: about 1 MB

# An album that is forgotten meanwhile must not come back as a hash that never expires.
_STICK = """
local function stick(album, wanted)
  if redis.call('EXISTS', album) == 0 then return wanted end
  local kept = redis.call('HGET', album, 'answering')
  for index = #KEYS + 1, #ARGV do if kept == ARGV[index] then return kept end end
  redis.call('HSET', album, 'answering', wanted)
  return wanted
end
local told = {}
for index, album in ipairs(KEYS) do told[index] = stick(album, ARGV[index]) end
return told
"""


class RoutingStore:
    """Wishes and comparisons by model. Every method raises QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._stick = client.register_script(_STICK)

    def wished(self, model: str) -> Routing | None:
        """What was wished with the command; None where the settings count."""
        with answering():
            told: Any = self._redis.hget(ROUTING, model)
        return Routing.read(told) if told else None

    def wish(self, model: str, routing: Routing | None) -> None:
        """From now on this counts; None: the settings again."""
        with answering():
            if routing is None:
                self._redis.hdel(ROUTING, model)
            else:
                self._redis.hset(ROUTING, model, routing.model_dump_json())

    def stick(self, wanted: dict[str, str], able: list[str]) -> dict[str, str]:
        """The version that each album has had since its first photo, while it is one of those; else its wanted one.

        Albums by their keys in Redis; one round trip for all of them.
        """
        with answering():
            told: Any = self._stick(keys=list(wanted), args=[*wanted.values(), *able])
        return dict(zip(wanted, map(str, told), strict=True))

    def keep_pair(self, model: str, version: str, other: str, pair: Pair) -> None:
        """Remember what two versions said of a photo."""
        name = _pairs(model, version, other)
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.lpush(name, pair.model_dump_json())
            pipe.ltrim(name, 0, PAIRS_KEPT - 1)
            pipe.expire(name, PAIRS_TTL_SECONDS)
            pipe.execute()

    def pairs(self, model: str, version: str, other: str) -> list[Pair]:
        """What they said, newest first."""
        with answering():
            told: Any = self._redis.lrange(_pairs(model, version, other), 0, -1)
        return [Pair.read(each) for each in told]


def _pairs(model: str, version: str, other: str) -> str:
    return f"{PREFIX}pairs:{model}:{version}:{other}"
