"""How many photos are answered a second while photos wait: what the installation can do, whatever it has to do.

Photos a second alone would say how many came. So only the time from one answer to the next counts, and only when the
first left others waiting. The last seconds count most: `photos` and `seconds` fade by a half in seven seconds of work,
and are forgotten when nothing was answered for some minutes, since workers may have come or gone meanwhile.
"""

import math
from dataclasses import dataclass
from typing import Self

MEMORY_SECONDS = 10.0
LONGEST_GAP_SECONDS = 10.0  # an outage that is over says little about the pace afterwards
FORGOTTEN_SECONDS = 300
FEWEST_PHOTOS = 8.0  # fewer tell nothing: several processes may just have finished together

PACE = "critic:pace"

KEEP_PACE = f"""
local function keep_pace(now, waiting)
  local last, photos, seconds = unpack(redis.call('HMGET', '{PACE}', 'last', 'photos', 'seconds'))
  if last then
    local gap = math.min(math.max(now - tonumber(last), 0), {LONGEST_GAP_SECONDS})
    local kept = math.exp(-gap / {MEMORY_SECONDS})
    photos, seconds = tonumber(photos or 0) * kept + 1, tonumber(seconds or 0) * kept + gap
    redis.call('HSET', '{PACE}', 'photos', photos, 'seconds', seconds)
  end
  if waiting then redis.call('HSET', '{PACE}', 'last', now) else redis.call('HDEL', '{PACE}', 'last') end
  redis.call('EXPIRE', '{PACE}', {FORGOTTEN_SECONDS})
end
"""
"""Lua for the script that closes a photo: told the time, and whether a photo still waits."""


@dataclass(frozen=True)
class Pace:
    """Photos that were answered in so many seconds of work, and when the last one was while others waited."""

    photos: float
    seconds: float
    last: float | None

    @classmethod
    def read(cls, told: list[str | None]) -> Self:
        """From the fields `photos`, `seconds` and `last`."""
        photos, seconds, last = (float(field) if field else None for field in told)
        return cls(photos or 0.0, seconds or 0.0, last)

    def per_second(self, now: float) -> float | None:
        """Photos a second; None when it is not known. It falls while photos wait and none is answered."""
        if self.photos < FEWEST_PHOTOS:
            return None
        gap = max(0.0, now - self.last) if self.last is not None else 0.0
        kept = math.exp(-gap / MEMORY_SECONDS)
        return kept * self.photos / max(kept * self.seconds + gap, 1e-6)


@dataclass(frozen=True)
class Load:
    """How many photos wait for their answer, and how many are answered a second."""

    backlog: int
    per_second: float | None

    def wait_seconds(self) -> float:
        """How long a photo that comes now will wait; 0 while the pace is not known."""
        return self.backlog / max(self.per_second, 1e-6) if self.per_second is not None else 0.0
