"""Results of album queries: a worker computes them, a gateway serves them page by page.

A result belongs to one revision of its album and has sections; a section is a head and rows, JSON texts that are served
as they are. A newer result replaces the whole older one, whose rows stay for some minutes for clients in the middle of
its pages.

Results are a cache: of an album and of an owner, the least recently used ones are evicted. Each owner has indexes of
the results by last use and by expiry, and their sizes; a member is album, query and token.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import redis

from critic_core.runtime.redis_client import CHANGE_CHANNEL, redis_errors
from critic_core.stores.album_result_lua import ALBUM_RESULTS
from critic_core.stores.albums import album_key
from critic_core.stores.single_flight import request_key

RESULT_TTL_SECONDS = 3600
REPLACED_RESULT_TTL_SECONDS = 600
_ROWS_PER_PUSH = 1000
_IDENTITY = ("revision", "decision_revision", "token", "too_many_pairs")

_SAVE = f"""{ALBUM_RESULTS}
local revision, decisions, token, album, query, channel = unpack(ARGV, 1, 6)
local bytes, now, ttl, replaced_ttl, album_limit, owner_limit = unpack(ARGV, 7, 12)
local base, album_index = index_keys(album)
local old = redis.call('HMGET', KEYS[1], 'revision', 'decision_revision', 'token')
local stored, decided = tonumber(old[1] or -1), tonumber(old[2] or -1)
local newer = stored > tonumber(revision) or (stored == tonumber(revision) and decided > tonumber(decisions))
if newer or not base then
  for index = 13, #ARGV do redis.call('DEL', KEYS[1] .. ':' .. token .. ':' .. ARGV[index]) end
  return 0
end
if old[3] then
  for index = 13, #ARGV do redis.call('EXPIRE', KEYS[1] .. ':' .. old[3] .. ':' .. ARGV[index], replaced_ttl) end
  redis.call('ZADD', base .. ':expiry', 'XX', now + replaced_ttl, album .. ' ' .. query .. ' ' .. old[3])
end
redis.call('HSET', KEYS[1], 'revision', revision, 'decision_revision', decisions, 'token', token,
  'too_many_pairs', ARGV[13] and '' or '1')
redis.call('EXPIRE', KEYS[1], ttl)
local member = album .. ' ' .. query .. ' ' .. token
redis.call('ZADD', base, now, member)
redis.call('ZADD', base .. ':expiry', now + ttl, member)
redis.call('ZADD', album_index, now, member)
redis.call('HSET', base .. ':sizes', member, bytes .. ' ' .. table.concat(ARGV, ' ', 13))
redis.call('HINCRBY', base .. ':sizes', 'total', bytes)
for _, expired in ipairs(redis.call('ZRANGEBYSCORE', base .. ':expiry', '-inf', now)) do evict(base, expired) end
while redis.call('ZCARD', album_index) > tonumber(album_limit) do
  evict(base, redis.call('ZRANGE', album_index, 0, 0)[1])
end
while tonumber(redis.call('HGET', base .. ':sizes', 'total')) > tonumber(owner_limit)
    and redis.call('ZCARD', base) > 1 do
  evict(base, redis.call('ZRANGE', base, 0, 0)[1])
end
for _, index in ipairs({{base, base .. ':expiry', base .. ':sizes', album_index}}) do
  redis.call('EXPIRE', index, ttl)
end
redis.call('PUBLISH', channel, KEYS[1])
return 1
"""
# Reading moves a result to the end of its indexes, which takes no memory.
_SECTION = f"""#!lua flags=allow-oom
{ALBUM_RESULTS}
local first, count, album, member, now = unpack(ARGV)
local base, album_index = index_keys(album)
if base then use(base, album_index, member, now) end
return {{redis.call('LINDEX', KEYS[1], 0), redis.call('LRANGE', KEYS[1], first + 1, first + count),
         redis.call('LLEN', KEYS[1])}}
"""


@dataclass(frozen=True)
class ResultLimits:
    """Most results of an album, and most bytes of an owner's results; the least recently used are evicted."""

    album_results: int = 8
    owner_bytes: int = 32_000_000


@dataclass(frozen=True)
class SectionKey:
    """The section of a result: album, digest of the query, name of the section."""

    album_id: str
    query: str
    section: str


@dataclass(frozen=True)
class ResultSection:
    """A section of a result, or a page of it: head and rows are JSON texts. `more`: other rows follow."""

    head: str
    rows: list[str]
    more: bool = False


@dataclass(frozen=True)
class StoredResult:
    """The identity of a stored result. `token` leads to its rows, also after a newer result replaced it."""

    revision: int
    decision_revision: int
    token: str
    too_many_pairs: bool = False


class AlbumResultStore:
    """Results by album and query. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(
        self,
        client: "redis.Redis",
        limits: ResultLimits | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._redis, self._limits = client, limits or ResultLimits()
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._save, self._section = client.register_script(_SAVE), client.register_script(_SECTION)

    def begin(self, album_id: str, query: str) -> None:
        """A worker begins: later changes of the album need another request."""
        with redis_errors():
            self._redis.delete(request_key(result_key(album_id, query)))

    def save(
        self, album_id: str, query: str, revision: int, decision_revision: int, sections: dict[str, ResultSection]
    ) -> None:
        """Store a result unless a newer one is there or the album is deleted, and notify subscribers.

        No sections: the thresholds make too many pairs.
        """
        key, token = result_key(album_id, query), uuid4().hex
        for name, section in sections.items():
            self._push(f"{key}:{token}:{name}", [section.head, *section.rows])
        size = sum(len(row) for section in sections.values() for row in (section.head, *section.rows))
        times: list[Any] = [self._now(), RESULT_TTL_SECONDS, REPLACED_RESULT_TTL_SECONDS]
        limits = [self._limits.album_results, self._limits.owner_bytes]
        names: list[Any] = [revision, decision_revision, token, album_id, query, CHANGE_CHANNEL]
        with redis_errors():
            self._save(keys=[key], args=[*names, size, *times, *limits, *sections])

    def latest(self, album_id: str, query: str) -> StoredResult | None:
        """The latest result, if there is one."""
        with redis_errors():
            fields: Any = self._redis.hmget(result_key(album_id, query), *_IDENTITY)
        return StoredResult(int(fields[0]), int(fields[1]), str(fields[2]), bool(fields[3])) if fields[2] else None

    def section(self, key: SectionKey, token: str, first: int, count: int) -> ResultSection | None:
        """Head and a page of rows of the result with that token; None when it has expired or was evicted."""
        name = f"{result_key(key.album_id, key.query)}:{token}:{key.section}"
        member = f"{key.album_id} {key.query} {token}"
        with redis_errors():
            head, rows, length = self._section(keys=[name], args=[first, count, key.album_id, member, self._now()])
        return ResultSection(head, rows, more=first + 1 + len(rows) < length) if head else None

    def _push(self, key: str, rows: list[str]) -> None:
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for start in range(0, len(rows), _ROWS_PER_PUSH):
                pipe.rpush(key, *rows[start : start + _ROWS_PER_PUSH])
            pipe.expire(key, RESULT_TTL_SECONDS)
            pipe.execute()


def result_key(album_id: str, query: str) -> str:
    """The key of a result in Redis, and its name in messages of the change channel."""
    return album_key(album_id, f"result:{query}")
