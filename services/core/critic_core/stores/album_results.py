"""Results of album queries: a worker computes them, a gateway serves them page by page.

A result belongs to one revision of its album and has sections; a section is a head and rows, JSON texts that are served
as they are. A newer result replaces the whole older one, whose rows stay for some minutes for clients in the middle of
its pages.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import redis

from critic_core.runtime.redis_client import CHANGE_CHANNEL, redis_errors
from critic_core.stores.albums import album_key

RESULT_TTL_SECONDS = 3600
REPLACED_RESULT_TTL_SECONDS = 600
_ROWS_PER_PUSH = 1000

_SAVE = """
local old = redis.call('HMGET', KEYS[1], 'revision', 'decision_revision', 'token')
local revision, decisions = tonumber(old[1] or -1), tonumber(old[2] or -1)
local newer = revision > tonumber(ARGV[1]) or (revision == tonumber(ARGV[1]) and decisions > tonumber(ARGV[2]))
if newer then return 0 end
for index = 7, #ARGV do
  if old[3] then redis.call('EXPIRE', KEYS[1] .. ':' .. old[3] .. ':' .. ARGV[index], ARGV[5]) end
end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'decision_revision', ARGV[2], 'token', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[6], KEYS[1])
return 1
"""


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


class AlbumResultStore:
    """Results by album and query. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._save = client.register_script(_SAVE)

    def acquire_request(self, album_id: str, query: str, seconds: float) -> bool:
        """True for the one caller who sends the query to a worker (single-flight), until it begins or for this long."""
        with redis_errors():
            return bool(self._redis.set(_request_key(album_id, query), 1, nx=True, px=int(seconds * 1000)))

    def begin(self, album_id: str, query: str) -> None:
        """A worker begins: later changes of the album need another request."""
        with redis_errors():
            self._redis.delete(_request_key(album_id, query))

    def save(
        self, album_id: str, query: str, revision: int, decision_revision: int, sections: dict[str, ResultSection]
    ) -> None:
        """Store a result unless a newer one is there, and notify subscribers."""
        key, token = result_key(album_id, query), uuid4().hex
        for name, section in sections.items():
            self._push(f"{key}:{token}:{name}", [section.head, *section.rows])
        expiry = [RESULT_TTL_SECONDS, REPLACED_RESULT_TTL_SECONDS]
        args: list[Any] = [revision, decision_revision, token, *expiry, CHANGE_CHANNEL, *sections]
        with redis_errors():
            self._save(keys=[key], args=args)

    def latest(self, album_id: str, query: str) -> StoredResult | None:
        """The latest result, if there is one."""
        with redis_errors():
            fields: Any = self._redis.hmget(result_key(album_id, query), "revision", "decision_revision", "token")
        return StoredResult(int(fields[0]), int(fields[1]), str(fields[2])) if fields[2] else None

    def section(self, key: SectionKey, token: str, first: int, count: int) -> ResultSection | None:
        """Head and a page of rows of the result with that token; None when it has expired."""
        name = f"{result_key(key.album_id, key.query)}:{token}:{key.section}"
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.lindex(name, 0)
            pipe.lrange(name, first + 1, first + count)
            pipe.llen(name)
            head, rows, length = pipe.execute()
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


def _request_key(album_id: str, query: str) -> str:
    return album_key(album_id, f"request:{query}")
