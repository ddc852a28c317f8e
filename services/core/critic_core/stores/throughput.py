"""Throughput of the installation under load: finished photos a second while others are queued.

Photos a second alone would measure the arrivals. So only the time between two finished photos counts, and only when the
first left others in the queue. `photos` and `seconds` decay exponentially (half in seven seconds of work), and expire
when nothing was finished for some minutes, since the number of workers may have changed.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from critic_core.contracts.photo import Lane
from critic_core.runtime.redis_client import KEY_PREFIX

DECAY_SECONDS = 10.0
MAX_GAP_SECONDS = 10.0  # a past outage says little about the throughput after it
EXPIRY_SECONDS = 300
MIN_PHOTOS = 8.0  # fewer are noise: several processes may just have finished together
MIN_SECONDS = 5.0  # unless they took long: on a slow machine, no 8 photos finish before they decay

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
        gap = max(0.0, now - self.last) if self.last is not None else 0.0
        if self.photos < MIN_PHOTOS and (not self.photos or self.seconds + gap < MIN_SECONDS):
            return None
        decay = math.exp(-gap / DECAY_SECONDS)
        return decay * self.photos / max(decay * self.seconds + gap, 1e-6)


@dataclass(frozen=True)
class Depth:
    """Queued photos of one owner in one lane."""

    lane: Lane
    owner: str
    photos: int


@dataclass(frozen=True)
class Load:
    """The backlog in photos, its throughput in photos a second, and the queues of all owners."""

    backlog: int
    per_second: float | None
    depths: tuple[Depth, ...] = ()

    def wait_seconds(self) -> float:
        """Expected wait of a photo that arrives now; 0 while the throughput is unknown."""
        return self.backlog / max(self.per_second, 1e-6) if self.per_second is not None else 0.0

    def plus(self, added: Mapping[tuple[Lane, str], int]) -> "Load":
        """This load with more queued photos, by lane and owner."""
        more = tuple(Depth(lane, owner, photos) for (lane, owner), photos in added.items())
        return Load(self.backlog + sum(added.values()), self.per_second, self.depths + more)

    def photos_of(self, owner: str, lane: Lane | None = None) -> int:
        """Queued photos of an owner, in one lane or in both."""
        return sum(depth.photos for depth in self._in(lane) if depth.owner == owner)

    def photos_before(self, position: int, owner: str, lane: Lane) -> int:
        """Photos that are finished before the owner's photo at this position (from 0) of a lane.

        Owners take turns: before it go as many photos of each owner as of its own, and all interactive ones.
        """
        queued = Counter[str]()
        for depth in self._in(lane):
            queued[depth.owner] += depth.photos
        rounds = sum(min(photos, position + 1) for name, photos in queued.items() if name != owner)
        ahead = 0 if lane is Lane.interactive else sum(depth.photos for depth in self._in(Lane.interactive))
        return self._running() + rounds + position + ahead

    def _running(self) -> int:
        return max(0, self.backlog - sum(depth.photos for depth in self.depths))

    def _in(self, lane: Lane | None) -> Iterator[Depth]:
        return (depth for depth in self.depths if lane in (None, depth.lane))
