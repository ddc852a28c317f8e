"""Insights into photos: a cache beside each photo, deleted with the photo, and after an hour at the latest.

Of an owner, the oldest insights beyond `OWNER_BYTES` are evicted: whoever looks at thousands of photos fills no Redis.
"""

import base64
import time
from dataclasses import dataclass
from typing import Any

import redis

from critic_core.contracts.insight import INSIGHTS
from critic_core.runtime.redis_client import CHANGE_CHANNEL, KEY_PREFIX, redis_errors
from critic_core.stores.owner_lua import OWNER
from critic_core.stores.single_flight import request_key

TTL_SECONDS = 3600
PICTURE_TTL_SECONDS = 300
"""Of an insight that is a picture alone, and cheap to make again."""
OWNER_BYTES = 16_000_000
_OVERHEAD = 200  # bytes, of the key of an insight

_SAVE = f"""{OWNER}
local left, owner = redis.call('TTL', KEYS[1]), redis.call('HGET', KEYS[1], 'owner')
if left < 1 then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'document', ARGV[1], 'picture', ARGV[2])
redis.call('EXPIRE', KEYS[2], math.min(left, ARGV[3]))
local index, bytes = owner_key(owner, 'insights'), 0
redis.call('ZADD', index, ARGV[5], KEYS[2])
redis.call('EXPIRE', index, {TTL_SECONDS})
for _, insight in ipairs(redis.call('ZREVRANGE', index, 0, -1)) do
  bytes = bytes + {_OVERHEAD} + redis.call('HSTRLEN', insight, 'document') + redis.call('HSTRLEN', insight, 'picture')
  if redis.call('EXISTS', insight) == 0 or bytes > tonumber(ARGV[6]) then
    redis.call('DEL', insight)
    redis.call('ZREM', index, insight)
  end
end
redis.call('PUBLISH', ARGV[4], KEYS[2])
return 1
"""


@dataclass(frozen=True)
class Insight:
    """A document, JSON as it is served, and a picture; either may be empty, both without a preview."""

    document: str = ""
    picture: bytes = b""


class InsightStore:
    """Insights by photo and name. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis", owner_bytes: int = OWNER_BYTES) -> None:
        self._redis, self._save, self._owner_bytes = client, client.register_script(_SAVE), owner_bytes

    def save(self, photo_id: str, name: str, insight: Insight) -> bool:
        """Store an insight and notify subscribers. False for a photo that was deleted meanwhile."""
        seconds = TTL_SECONDS if insight.document else PICTURE_TTL_SECONDS
        picture = base64.b64encode(insight.picture).decode("ascii")
        keys = [f"{KEY_PREFIX}photo:{photo_id}", insight_key(photo_id, name)]
        rest: list[Any] = [seconds, CHANGE_CHANNEL, time.time(), self._owner_bytes]
        with redis_errors():
            return bool(self._save(keys=keys, args=[insight.document, picture, *rest]))

    def get(self, photo_id: str, name: str) -> Insight | None:
        """The insight, if it is computed."""
        with redis_errors():
            fields: Any = self._redis.hmget(insight_key(photo_id, name), "document", "picture")
        return None if fields[0] is None else Insight(fields[0], base64.b64decode(fields[1]))


def insight_key(photo_id: str, name: str) -> str:
    """The key of an insight in Redis, and its name in messages of the change channel."""
    return f"{KEY_PREFIX}insight:{photo_id}:{name}"


def insight_keys(photo_id: str) -> list[str]:
    """The keys of everything that an insight into a photo may have stored."""
    insights = [insight_key(photo_id, name) for name in INSIGHTS]
    return insights + [request_key(insight) for insight in insights]
