"""What belongs to an owner: ids of photos, albums and batches, newest first, with filters; idempotency keys."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import redis

from critic_core.contracts.errors import LimitReached
from critic_core.contracts.identity import first_id_at
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_core.stores.owner_lua import owner_key

MAX_SCANNED = 1000  # ids per page of a filtered list: a few milliseconds of Redis, which serves nobody else meanwhile

_FIND = """
local ids = redis.call('ZREVRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local limit, found = tonumber(ARGV[4]), {}
local function matches(id)
  for index = 6, #ARGV, 3 do
    local value = redis.call('HGET', ARGV[5] .. id, ARGV[index]) or ''
    if ARGV[index + 1] == 'prefix' then value = string.sub(value, 1, #ARGV[index + 2]) end
    if value ~= ARGV[index + 2] then return false end
  end
  return true
end
for index, id in ipairs(ids) do
  if matches(id) then table.insert(found, id) end
  if #found == limit then return {found, (ids[index + 1] or #ids == tonumber(ARGV[3])) and id or false} end
end
return {found, #ids == tonumber(ARGV[3]) and ids[#ids] or false}
"""


class OwnerIndex(StrEnum):
    """What an index lists."""

    photos = "photos"
    albums = "albums"
    batches = "batches"

    @property
    def hash_prefix(self) -> str:
        """The names of their hashes in Redis, without the id."""
        return f"{KEY_PREFIX}{'batch' if self is OwnerIndex.batches else self.value.removesuffix('s')}:"


@dataclass(frozen=True)
class Filters:
    """Conditions of a list: equal fields, prefixes of fields, and a period of creation (end exclusive)."""

    equal: dict[str, str] = field(default_factory=dict)
    prefix: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None
    before: datetime | None = None

    @property
    def arguments(self) -> list[str]:
        """Field, comparison and value of each condition."""
        pairs = [(name, "equal", value) for name, value in self.equal.items()]
        pairs += [(name, "prefix", value) for name, value in self.prefix.items()]
        return [text for condition in pairs for text in condition]


@dataclass(frozen=True)
class IdPage:
    """Ids of a page, and the id after which the next page begins; none after the last page."""

    ids: list[str]
    following: str | None


class OwnerStore:
    """Indexes by owner. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._find = client.register_script(_FIND)

    def find(
        self, owner: str, kind: OwnerIndex, limit: int, after: str | None = None, filters: Filters | None = None
    ) -> IdPage:
        """At most `limit` ids, newest first, after that id. Scans MAX_SCANNED ids at most."""
        filters = filters or Filters()
        highest, lowest = _bounds(after, filters)
        arguments: list[Any] = [highest, lowest, MAX_SCANNED, limit, kind.hash_prefix, *filters.arguments]
        with redis_errors():
            ids, following = self._find(keys=[owner_key(owner, kind)], args=arguments)
        return IdPage([str(found) for found in ids], str(following) if following else None)

    def count(self, owner: str, kind: OwnerIndex) -> int:
        """The number of photos, albums or batches."""
        with redis_errors():
            return int(self._redis.zcard(owner_key(owner, kind)))

    def delete_idempotency_keys(self, owner: str) -> None:
        """Delete the owner's idempotency keys with their records."""
        with redis_errors():
            names = list(self._redis.scan_iter(match=f"{idempotency_key(owner, '')}*", count=1000))
            if names:
                self._redis.delete(*names)


def limit_reached(limit: int, kind: OwnerIndex) -> LimitReached:
    """The error of an owner with so many photos, albums or batches."""
    return LimitReached(f"The limit is {limit:,} {kind.value}; delete some, or wait until they expire.")


def idempotency_key(owner: str, digest: str) -> str:
    """The name of an idempotency key in Redis."""
    return f"{KEY_PREFIX}idempotency:{owner}:{digest}"


def _bounds(after: str | None, filters: Filters) -> tuple[str, str]:
    """The range of ids, highest first, as ZREVRANGEBYLEX has it."""
    ends = [end for end in (after, first_id_at(filters.before) if filters.before else None) if end is not None]
    return f"({min(ends)}" if ends else "+", f"[{first_id_at(filters.since)}" if filters.since else "-"
