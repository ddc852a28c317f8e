"""What was found in albums: answers that a worker computed and a gateway tells page by page.

An answer is of one revision of its album, and has parts; a part is a head and rows, each a JSON text that is told as it
is. A newer answer takes an older one's place whole; the rows of the older one stay for some minutes, so that whoever
pages through it comes to its end.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import redis

from critic_core.stores.albums import album_key
from critic_core.stores.jobs import BELL_CHANNEL, answering

KEPT_SECONDS = 3600
KEPT_WHEN_REPLACED_SECONDS = 600
_ROWS_AT_ONCE = 1000

_KEEP = """
local old = redis.call('HMGET', KEYS[1], 'revision', 'decided', 'token')
local revision, decided = tonumber(old[1] or -1), tonumber(old[2] or -1)
if revision > tonumber(ARGV[1]) or (revision == tonumber(ARGV[1]) and decided > tonumber(ARGV[2])) then return 0 end
for index = 7, #ARGV do
  if old[3] then redis.call('EXPIRE', KEYS[1] .. ':' .. old[3] .. ':' .. ARGV[index], ARGV[5]) end
end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'decided', ARGV[2], 'token', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[6], KEYS[1])
return 1
"""


@dataclass(frozen=True)
class Where:
    """A part of an answer: of which album, to which question."""

    album_id: str
    question: str
    part: str


@dataclass(frozen=True)
class Part:
    """One part of an answer, or a page of it: head and rows are JSON texts. `more`: other rows follow."""

    head: str
    rows: list[str]
    more: bool = False


@dataclass(frozen=True)
class Kept:
    """An answer that was kept. `token` asks for its rows, also after a newer answer came."""

    revision: int
    decided: int
    token: str


class AnswerStore:
    """Answers by album and question. Every method raises QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._keep = client.register_script(_KEEP)

    def ask(self, album_id: str, question: str, seconds: float) -> bool:
        """True for the one who is to ask a worker; the next one may ask when it was taken up, or after this long."""
        with answering():
            return bool(self._redis.set(_asked(album_id, question), 1, nx=True, px=int(seconds * 1000)))

    def take_up(self, album_id: str, question: str) -> None:
        """A worker begins: what changes in the album from now on is worth another question."""
        with answering():
            self._redis.delete(_asked(album_id, question))

    def keep(self, album_id: str, question: str, revision: int, decided: int, parts: dict[str, Part]) -> None:
        """Keep an answer, unless a newer one is there; whoever waits for it is woken."""
        key, token = bell_name(album_id, question), uuid4().hex
        for name, part in parts.items():
            self._push(f"{key}:{token}:{name}", [part.head, *part.rows])
        args: list[Any] = [revision, decided, token, KEPT_SECONDS, KEPT_WHEN_REPLACED_SECONDS, BELL_CHANNEL, *parts]
        with answering():
            self._keep(keys=[key], args=args)

    def kept(self, album_id: str, question: str) -> Kept | None:
        """The newest answer, if there is one."""
        with answering():
            told: Any = self._redis.hmget(bell_name(album_id, question), "revision", "decided", "token")
        return Kept(int(told[0]), int(told[1]), str(told[2])) if told[2] else None

    def part(self, where: Where, token: str, first: int, count: int) -> Part | None:
        """Head and some rows of the answer with that token; None when it was forgotten."""
        key = f"{bell_name(where.album_id, where.question)}:{token}:{where.part}"
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.lindex(key, 0)
            pipe.lrange(key, first + 1, first + count)
            pipe.llen(key)
            head, rows, length = pipe.execute()
        return Part(head, rows, more=first + 1 + len(rows) < length) if head else None

    def _push(self, key: str, rows: list[str]) -> None:
        with answering(), self._redis.pipeline(transaction=False) as pipe:
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                pipe.rpush(key, *rows[start : start + _ROWS_AT_ONCE])
            pipe.expire(key, KEPT_SECONDS)
            pipe.execute()


def bell_name(album_id: str, question: str) -> str:
    """What rings when a newer answer is kept; its key in Redis, too."""
    return album_key(album_id, f"answer:{question}")


def _asked(album_id: str, question: str) -> str:
    return album_key(album_id, f"asked:{question}")
