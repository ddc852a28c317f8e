"""Throughput of the installation under load: finished photos a second while others are queued.

Photos a second alone would measure the arrivals. So only the time between two finished photos counts, and only when the
first left others in the queue. `photos` and `seconds` decay exponentially (half in seven seconds of work), and expire
when nothing was finished for some minutes, since the number of workers may have changed.
"""

import math
from dataclasses import dataclass
from typing import Self

from critic_core.runtime.redis_client import KEY_PREFIX

DECAY_SECONDS = 10.0
MAX_GAP_SECONDS = 10.0  # a past outage says little about the throughput after it
EXPIRY_SECONDS = 300
MIN_PHOTOS = 8.0  # fewer are noise: several processes may just have finished together

THROUGHPUT = f"{KEY_PREFIX}throughput"

RECORD_THROUGHPUT = f"""
local function record_throughput(now, queued)
  local last, photos, seconds = unpack(redis.call('HMGET', '{THROUGHPUT}', 'last', 'photos', 'seconds'))
  if last then
    local gap = math.min(math.max(now - tonumber(last), 0), {MAX_GAP_SECONDS})
    local decay = math.exp(-gap / {DECAY_SECONDS})
    photos, seconds = tonumber(photos or 0) * decay + 1, tonumber(seconds or 0) * decay + gap
    redis.call('HSET', '{THROUGHPUT}', 'photos', photos, 'seconds', seconds)
  end
  if queued then redis.call('HSET', '{THROUGHPUT}', 'last', now) else redis.call('HDEL', '{THROUGHPUT}', 'last') end
  redis.call('EXPIRE', '{THROUGHPUT}', {EXPIRY_SECONDS})
end
"""
"""Lua for the script that finishes a photo. Arguments: the time, and whether other photos are queued."""


@dataclass(frozen=True)
class Throughput:
    """Decayed counts of photos and seconds of work; `last` is the time of the latest one while others were queued."""

    photos: float
    seconds: float
    last: float | None

    @classmethod
    def read(cls, fields: list[str | None]) -> Self:
        """From the fields `photos`, `seconds` and `last`."""
        photos, seconds, last = (float(field) if field else None for field in fields)
        return cls(photos or 0.0, seconds or 0.0, last)

    def per_second(self, now: float) -> float | None:
        """Photos a second; None while unknown. Falls while photos are queued and none is finished."""
        if self.photos < MIN_PHOTOS:
            return None
        gap = max(0.0, now - self.last) if self.last is not None else 0.0
        decay = math.exp(-gap / DECAY_SECONDS)
        return decay * self.photos / max(decay * self.seconds + gap, 1e-6)


@dataclass(frozen=True)
class Load:
    """The backlog in photos, and its throughput in photos a second."""

    backlog: int
    per_second: float | None

    def wait_seconds(self) -> float:
        """Expected wait of a photo that arrives now; 0 while the throughput is unknown."""
        return self.backlog / max(self.per_second, 1e-6) if self.per_second is not None else 0.0
