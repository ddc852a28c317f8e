"""What is known about each photo on its way, in Redis, with a time to live.

A photo is a hash; every change of state is one Lua script, so that no crash between two commands and no second
delivery of a task can leave half an answer. The sorted sets `queued` and `running` hold photo ids by time: their sizes
are the backlog, and they count what Celery has reserved but not begun, which `LLEN` of the queue does not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from critic_core.contracts.album import marks_of, summary_of
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import PhotoNotFound, Problem, QueueUnavailable
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores.album_lua import ALBUM, FAILED, WAITING
from critic_core.stores.throughput import KEEP_PACE, PACE, Load, Pace

PREFIX = "critic:"
QUEUED, RUNNING, EXPIRY, DEAD = (f"{PREFIX}{name}" for name in ("queued", "running", "expiry", "dead"))
BELL_CHANNEL = f"{PREFIX}bell"  # carries the names of what changed: ids of photos and albums, keys of answers

_CLAIM = """
local state = redis.call('HGET', KEYS[1], 'state')
if not state then redis.call('ZREM', KEYS[2], ARGV[1]) redis.call('ZREM', KEYS[3], ARGV[1]) return 'gone' end
if state == 'done' or state == 'failed' then return 'finished' end
if redis.call('HINCRBY', KEYS[1], 'deliveries', 1) > tonumber(ARGV[3]) then return 'poison' end
redis.call('HSET', KEYS[1], 'state', 'running')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
return 'taken'
"""

_RELEASE = """
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('HINCRBY', KEYS[1], 'deliveries', -1)
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'releases', 1)
"""

_CLOSE = f"""{ALBUM}{KEEP_PACE}
local state = redis.call('HGET', KEYS[1], 'state')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if not state or state == 'done' or state == 'failed' then return 0 end
keep_pace(tonumber(ARGV[7]), redis.call('ZCARD', KEYS[2]) > 0)
redis.call('HSET', KEYS[1], 'state', ARGV[2], ARGV[4], ARGV[5])
if ARGV[8] then redis.call('HSET', KEYS[1], 'summary', ARGV[8]) end
local album = redis.call('HGET', KEYS[1], 'album')
if album then
  if ARGV[9] then redis.call('HSET', album_key(album, 'marks'), ARGV[1], ARGV[9]) end
  place(ARGV[3], album, ARGV[1], ARGV[6], 'photo_' .. ARGV[2])
end
announce('photo:' .. ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
"""

_REOPEN = f"""{ALBUM}
if redis.call('HGET', KEYS[1], 'state') ~= 'failed' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued', 'deliveries', 0)
redis.call('HDEL', KEYS[1], 'problem')
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
place(ARGV[3], redis.call('HGET', KEYS[1], 'album'), ARGV[1], {WAITING}, 'photo_queued')
return 1
"""
_DELETE = f"""{ALBUM}
local album, sha256 = unpack(redis.call('HMGET', KEYS[1], 'album', 'sha256'))
local known = redis.call('DEL', KEYS[1])
for index = 2, 5 do redis.call('ZREM', KEYS[index], ARGV[1]) end
if album and redis.call('ZREM', album_key(album, 'order'), ARGV[1]) == 1 then
  redis.call('HDEL', album_key(album, 'bytes'), sha256)
  for _, part in ipairs({{'names', 'marks', 'decisions'}}) do redis.call('HDEL', album_key(album, part), ARGV[1]) end
  tell(ARGV[2], album, 'photo_deleted', ARGV[1])
end
return known
"""

_REQUEUE = """
local state = redis.call('HGET', KEYS[1], 'state')
if not state then redis.call('ZREM', KEYS[2], ARGV[1]) redis.call('ZREM', KEYS[3], ARGV[1]) return 0 end
local since = redis.call('ZSCORE', state == 'running' and KEYS[3] or KEYS[2], ARGV[1])
if not since or tonumber(since) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
"""


class Claim(StrEnum):
    """What a worker learns when it takes up a photo."""

    taken = "taken"  # work on it
    gone = "gone"  # deleted or expired: nothing to do
    finished = "finished"  # answered by an earlier delivery: nothing to do
    poison = "poison"  # it has brought down its workers too often: set it aside


def connect(url: str, patient: bool = True) -> "redis.Redis":
    """A Redis client with a deadline on every call; a call that a restart interrupts is tried again for a second.

    Not `patient`: for probes and figures, whose askers wait for some seconds only. A Redis that hangs is told in two.
    """
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=5 if patient else 1,
        socket_connect_timeout=2 if patient else 1,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), retries=4 if patient else 1),
        retry_on_error=[redis.ConnectionError, redis.TimeoutError],
    )


class JobStore:
    """Photos by id. Every method raises QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._claim = client.register_script(_CLAIM)
        self._release = client.register_script(_RELEASE)
        self._close = client.register_script(_CLOSE)
        self._reopen = client.register_script(_REOPEN)
        self._requeue = client.register_script(_REQUEUE)
        self._delete = client.register_script(_DELETE)

    # -- a photo's way ------------------------------------------------------------------------------------------------

    def create(self, photo: Photo) -> None:
        """Remember a new photo as queued; it is forgotten by itself at `expires_at`."""
        fields: dict[Any, Any] = fields_of(photo)
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(photo_hash(photo.id), mapping=fields)
            pipe.expireat(photo_hash(photo.id), photo.expires_at)
            pipe.zadd(QUEUED, {photo.id: self._now()})
            pipe.zadd(EXPIRY, {photo.id: photo.expires_at.timestamp()})
            pipe.execute()

    def get(self, photo_id: str) -> Photo:
        """All that is known about a photo. PhotoNotFound when that is nothing."""
        with answering():
            fields: dict[Any, Any] = self._redis.hgetall(photo_hash(photo_id))
        if not fields:
            raise PhotoNotFound
        return _photo(photo_id, fields)

    def claim(self, photo_id: str, max_deliveries: int) -> Claim:
        """Take a photo up for work and count the delivery."""
        return Claim(self._run(self._claim, photo_id, self._now(), max_deliveries))

    def release(self, photo_id: str) -> int:
        """Put a photo back that could not be worked on through no fault of its own; returns how often that was done."""
        return int(self._run(self._release, photo_id, self._now()))

    def finish(self, photo_id: str, critique: Critique) -> bool:
        """Keep the answer. False when there is one already, or the photo was deleted meanwhile."""
        told = summary_of(critique).model_dump_json(exclude_none=True), marks_of(critique).model_dump_json()
        return self._end(photo_id, PhotoState.done, "critique", critique.model_dump_json(), place_of(critique), *told)

    def fail(self, photo_id: str, problem: Problem) -> bool:
        """Keep the problem instead of an answer. False as in `finish`."""
        return self._end(photo_id, PhotoState.failed, "problem", problem.model_dump_json(), FAILED)

    def delete(self, photo_id: str) -> bool:
        """Forget a photo, whatever its state. False when there was none."""
        keys = [photo_hash(photo_id), QUEUED, RUNNING, EXPIRY, DEAD]
        with answering():
            return bool(self._delete(keys=keys, args=[photo_id, BELL_CHANNEL]))

    # -- what waits, what is late -------------------------------------------------------------------------------------

    def backlog(self) -> int:
        """Photos that wait for their answer: queued, reserved by a worker, and running."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(QUEUED)
            pipe.zcard(RUNNING)
            return sum(pipe.execute())

    def load(self) -> Load:
        """The backlog, and how fast it is worked off."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(QUEUED)
            pipe.zcard(RUNNING)
            pipe.hmget(PACE, "photos", "seconds", "last")
            queued, running, pace = pipe.execute()
        return Load(queued + running, Pace.read(pace).per_second(self._now()))

    def oldest_queued_seconds(self) -> float:
        """How long the photo that has waited longest has waited; 0 when none waits."""
        with answering():
            first: list[tuple[str, float]] = self._redis.zrange(QUEUED, 0, 0, withscores=True)  # type: ignore[assignment]  # redis-py types every form of the answer at once
        return max(0.0, self._now() - first[0][1]) if first else 0.0

    def running_longer_than(self, seconds: float, limit: int = 100) -> list[str]:
        """Photos taken up so long ago that nobody can still be working on them."""
        return self._older_than(RUNNING, seconds, limit)

    def queued_longer_than(self, seconds: float, limit: int = 100) -> list[str]:
        """Photos that have waited for longer than this."""
        return self._older_than(QUEUED, seconds, limit)

    def requeue(self, photo_id: str, after_seconds: float) -> bool:
        """Make a photo that has been queued or running for this long queued from now on; the caller enqueues it.

        The delivery stays counted: a photo that takes its whole worker down ends as poison, too. True for one caller.
        """
        return bool(self._run(self._requeue, photo_id, self._now(), self._now() - after_seconds))

    def expired(self, limit: int = 100) -> list[str]:
        """Photos whose time to live ran out. They are told until `delete`, which comes after deleting their bytes."""
        return self._older_than(EXPIRY, 0, limit)

    # -- dead letters -------------------------------------------------------------------------------------------------

    def bury(self, photo_id: str, problem: Problem) -> bool:
        """Fail a photo as poison and list it among the dead letters."""
        with answering():
            self._redis.zadd(DEAD, {photo_id: self._now()})
        return self.fail(photo_id, problem)

    def dead_letters(self, limit: int = 1000) -> list[str]:
        """Photos set aside as poison, oldest first."""
        with answering():
            return [str(photo_id) for photo_id in self._redis.zrange(DEAD, 0, limit - 1)]

    def count_dead_letters(self) -> int:
        """How many photos are set aside."""
        with answering():
            return int(self._redis.zcard(DEAD))

    def revive(self, photo_id: str) -> bool:
        """Make a dead letter a queued photo again; the caller enqueues it. False when it is none any more."""
        with answering():
            self._redis.zrem(DEAD, photo_id)
        return bool(self._run(self._reopen, photo_id, self._now(), BELL_CHANNEL))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _end(self, photo_id: str, state: PhotoState, field: str, value: str, place: float, *told: str) -> bool:
        end = (state.value, BELL_CHANNEL, field, value, place, self._now())
        return bool(self._run(self._close, photo_id, *end, *told))

    def _older_than(self, name: str, seconds: float, limit: int) -> list[str]:
        with answering():
            found = self._redis.zrange(name, "-inf", self._now() - seconds, byscore=True, offset=0, num=limit)
        return [str(photo_id) for photo_id in found]

    def _run(self, script: Any, photo_id: str, *args: Any) -> Any:
        with answering():
            return script(keys=[photo_hash(photo_id), QUEUED, RUNNING], args=[photo_id, *args])


def place_of(critique: Critique) -> float:
    """In an album's order: the percentile, which versions of a model share; where it is equal, the score."""
    return critique.percentile + critique.score * 1e-6


def fields_of(photo: Photo) -> dict[str, Any]:
    """A new photo as the fields of its hash."""
    return photo.model_dump(mode="json", exclude={"id", "critique", "problem"}, exclude_none=True)


@contextmanager
def answering() -> Iterator[None]:
    """Raises QueueUnavailable when Redis does not answer to what is asked of it in the block."""
    try:
        yield
    except RedisError as error:
        raise QueueUnavailable(f"The queue does not answer: {error}") from error


def photo_hash(photo_id: str) -> str:
    """The name of a photo's hash in Redis."""
    return f"{PREFIX}photo:{photo_id}"


def _photo(photo_id: str, fields: dict[str, str]) -> Photo:
    plain = {
        name: value for name, value in fields.items() if name not in ("critique", "problem", "releases", "summary")
    }
    critique = Critique.read(fields["critique"]) if "critique" in fields else None
    problem = Problem.read(fields["problem"]) if "problem" in fields else None
    return Photo.of_fields({"id": photo_id, "critique": critique, "problem": problem, **plain})
