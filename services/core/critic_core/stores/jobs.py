"""The job store: the state of every photo in Redis, with a time to live.

A photo is a hash; every change of state is one Lua script, so that no crash between two commands and no second
claim of a photo can leave half an answer. The sorted sets `queued` and `running` hold photo ids by time: their sizes
are the backlog, and they count what Celery has reserved but not begun, which `LLEN` of the queue does not.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import redis

from critic_core.contracts.account import PhotoEntry
from critic_core.contracts.album import Summary, features_of, summary_of
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import PhotoNotFound, Problem
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.runtime.redis_client import CHANGE_CHANNEL, KEY_PREFIX, redis_errors
from critic_core.stores.album_lua import ALBUM, FAILED, PENDING
from critic_core.stores.delivery_lua import FORGET_DELIVERIES
from critic_core.stores.insights import insight_keys
from critic_core.stores.new_photo import NEW_PHOTO, NO_TERMS, Terms, limit_error, new_photo_arguments
from critic_core.stores.owner_lua import OWNER
from critic_core.stores.photo_queue_lua import PHOTO_QUEUE, QUEUED, RUNNING, TICKETS
from critic_core.stores.requeue_lua import REQUEUE, REQUEUE_AFTER_OUTAGE, REQUEUE_ALONE, REQUEUE_EXPIRED_LEASE
from critic_core.stores.same_bytes import FORGET_BYTES
from critic_core.stores.throughput import RECORD_THROUGHPUT, THROUGHPUT, Load, Throughput

EXPIRY, DEAD = f"{KEY_PREFIX}expiry", f"{KEY_PREFIX}dead"

_ENTRY_FIELDS = tuple(name for name in PhotoEntry.model_fields if name != "id")

_CREATE = f"""{NEW_PHOTO}
if redis.call('EXISTS', KEYS[1]) == 1 then return photo end
local found = limit_violation()
if found then return found end
store(math.floor(expires), 11)
return photo
"""

_FINISH = f"""#!lua flags=allow-oom
{ALBUM}{PHOTO_QUEUE}{TICKETS}{RECORD_THROUGHPUT}
local state = redis.call('HGET', KEYS[1], 'state')
withdraw(ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if not state or state == 'done' or state == 'failed' then return 0 end
if ARGV[7] ~= '' then record_throughput(tonumber(ARGV[7]), redis.call('ZCARD', KEYS[2]) > 0) end
redis.call('HSET', KEYS[1], 'state', ARGV[2], ARGV[4], ARGV[5])
finish_ticket_of(ARGV[1])
if ARGV[8] then redis.call('HSET', KEYS[1], 'summary', ARGV[8]) end
local album = redis.call('HGET', KEYS[1], 'album')
if album then
  if ARGV[9] then redis.call('HSET', album_key(album, 'features'), ARGV[1], ARGV[9]) end
  set_rank(ARGV[3], album, ARGV[1], ARGV[6], 'photo_' .. ARGV[2])
end
announce('photo:' .. ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
"""

_RETRY_DEAD_LETTER = f"""#!lua flags=allow-oom
{ALBUM}{PHOTO_QUEUE}{REQUEUE}
redis.call('ZREM', '{DEAD}', ARGV[1])
if redis.call('HGET', KEYS[1], 'state') ~= 'failed' then return 0 end
redis.call('HSET', KEYS[1], 'claims', 0, 'alone', 1)
redis.call('HDEL', KEYS[1], 'problem')
requeue('RPUSH', ARGV[1], ARGV[2])
set_rank(ARGV[3], redis.call('HGET', KEYS[1], 'album'), ARGV[1], {PENDING}, 'photo_queued')
return 1
"""
# With a time in ARGV[3], the photo stays due for the reaper, which deletes bytes that an interrupted deletion left.
_DELETE = f"""#!lua flags=allow-oom
{ALBUM}{OWNER}{PHOTO_QUEUE}{FORGET_BYTES}{FORGET_DELIVERIES}
withdraw(ARGV[1])
forget_deliveries('photo:' .. ARGV[1])
local album, sha256, owner, model = unpack(redis.call('HMGET', KEYS[1], 'album', 'sha256', 'owner', 'model'))
forget_bytes(ARGV[1], owner, model, sha256)
local existed = redis.call('DEL', KEYS[1])
redis.call('DEL', unpack(KEYS, 6))
if owner then redis.call('ZREM', owner_key(owner, 'insights'), unpack(KEYS, 6)) end
for index = 2, 4 do redis.call('ZREM', KEYS[index], ARGV[1]) end
if ARGV[3] then redis.call('ZADD', KEYS[5], 'XX', ARGV[3], ARGV[1]) else redis.call('ZREM', KEYS[5], ARGV[1]) end
remove_from_owner(owner, 'photos', ARGV[1])
local rank = album and redis.call('ZSCORE', album_key(album, 'order'), ARGV[1])
if rank then
  redis.call('ZREM', album_key(album, 'order'), ARGV[1])
  redis.call('HDEL', album_key(album, 'bytes'), sha256)
  for _, part in ipairs({{'names', 'features', 'decisions', 'favourites'}}) do
    redis.call('HDEL', album_key(album, part), ARGV[1])
  end
  local remain = redis.call('EXISTS', album_key(album, 'order')) == 1  -- an empty album has no end to announce
  record_event(ARGV[2], album, 'photo_deleted', ARGV[1], remain and tonumber(rank) == {PENDING})
end
return existed
"""


class JobStore:
    """Photos by id. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._create = client.register_script(_CREATE)
        self._requeue = client.register_script(REQUEUE_AFTER_OUTAGE)
        self._requeue_alone = client.register_script(REQUEUE_ALONE)
        self._finish = client.register_script(_FINISH)
        self._retry_dead_letter = client.register_script(_RETRY_DEAD_LETTER)
        self._requeue_expired_lease = client.register_script(REQUEUE_EXPIRED_LEASE)
        self._delete = client.register_script(_DELETE)

    # -- the states of a photo ----------------------------------------------------------------------------------------

    def create(self, photo: Photo, terms: Terms = NO_TERMS) -> None:
        """Store a new photo as queued; Redis drops it at `expires_at`. Raises LimitReached or QuotaExceeded."""
        args: list[Any] = [*new_photo_arguments(photo, self._now(), terms), *hash_arguments(photo)]
        with redis_errors():
            reply: Any = self._create(keys=[photo_hash(photo.id), QUEUED, EXPIRY], args=args)
        if error := limit_error(reply, terms):
            raise error

    def get(self, photo_id: str, owner: str | None = None) -> Photo:
        """The photo. Raises PhotoNotFound, also for a photo of another owner."""
        with redis_errors():
            fields: dict[Any, Any] = self._redis.hgetall(photo_hash(photo_id))
        if not fields or owner not in (None, fields.get("owner", ANONYMOUS)):
            raise PhotoNotFound
        return parse_photo(photo_id, fields)

    def entries(self, photo_ids: list[str]) -> list[PhotoEntry]:
        """The photos that still exist, in the order of the ids, without their critiques."""
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for photo_id in photo_ids:
                pipe.hmget(photo_hash(photo_id), *_ENTRY_FIELDS)
            rows = pipe.execute()
        return [_entry(photo_id, row) for photo_id, row in zip(photo_ids, rows, strict=True) if row[0]]

    def existing(self, photo_ids: list[str]) -> set[str]:
        """Those of the ids that are photos."""
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for photo_id in photo_ids:
                pipe.exists(photo_hash(photo_id))
            flags = pipe.execute()
        return {photo_id for photo_id, exists in zip(photo_ids, flags, strict=True) if exists}

    def requeue(self, photo_id: str, most: int) -> bool:
        """Queue a running photo behind its owner's others, its claim not counted. False, and nothing else, when
        it was requeued `most` times before. As in every requeue, the caller sends the ticket.
        """
        return bool(self._run(self._requeue, photo_id, self._now(), most))

    def requeue_alone(self, photo_id: str) -> bool:
        """Queue an unfinished photo of a batch before its owner's others, its claim not counted.

        No later batch includes it. False when the photo is finished or deleted.
        """
        return bool(self._run(self._requeue_alone, photo_id, self._now()))

    def finish(self, photo_id: str, critique: Critique, *, reused: bool = False) -> bool:
        """Store the critique. False when the photo is finished already, or was deleted meanwhile.

        A `reused` critique counts for no throughput: no worker took time for it.
        """
        time = "" if reused else self._now()
        album_fields = summary_of(critique).model_dump_json(exclude_none=True), features_of(critique).model_dump_json()
        return self._end(
            photo_id, PhotoState.done, "critique", critique.model_dump_json(), rank_key(critique), time, *album_fields
        )

    def fail(self, photo_id: str, problem: Problem) -> bool:
        """Store the problem instead of a critique. False as in `finish`."""
        return self._end(photo_id, PhotoState.failed, "problem", problem.model_dump_json(), FAILED, self._now())

    def mark_deleted(self, photo_id: str) -> bool:
        """Hide a photo in any state at once, without its deliveries, and list it in `expired` until `purge`.

        False when there was none."""
        return self._remove(photo_id, self._now())

    def purge(self, photo_id: str) -> None:
        """Take a photo marked as deleted, whose bytes are deleted, off the list of `expired`."""
        with redis_errors():
            self._redis.zrem(EXPIRY, photo_id)

    def delete(self, photo_id: str) -> bool:
        """Delete a photo in any state, after its bytes. False when there was none."""
        return self._remove(photo_id)

    # -- backlog and expiry -------------------------------------------------------------------------------------------

    def backlog(self) -> int:
        """Unfinished photos: queued, reserved by a worker, and running."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(QUEUED)
            pipe.zcard(RUNNING)
            return sum(pipe.execute())

    def load(self) -> Load:
        """The backlog and its throughput."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(QUEUED)
            pipe.zcard(RUNNING)
            pipe.hmget(THROUGHPUT, "photos", "seconds", "last")
            queued, running, fields = pipe.execute()
        return Load(queued + running, Throughput.read(fields).per_second(self._now()))

    def oldest_queued_seconds(self) -> float:
        """Age of the oldest queued photo; 0 when none is queued."""
        with redis_errors():
            first: list[tuple[str, float]] = self._redis.zrange(QUEUED, 0, 0, withscores=True)  # type: ignore[assignment]  # redis-py types every form of the reply at once
        return max(0.0, self._now() - first[0][1]) if first else 0.0

    def running_longer_than(self, seconds: float, limit: int = 100) -> list[str]:
        """Photos claimed so long ago that their lease has expired."""
        return self._older_than(RUNNING, seconds, limit)

    def queued_longer_than(self, seconds: float, limit: int = 100) -> list[str]:
        """Photos queued for longer than this."""
        return self._older_than(QUEUED, seconds, limit)

    def requeue_expired_lease(self, photo_id: str, after_seconds: float) -> bool:
        """Queue a photo that has been running for this long, or queued without a place in the photo queue.

        The claim stays counted, so that a photo which crashes its whole worker ends as poison, too. True for one
        caller only.
        """
        return bool(self._run(self._requeue_expired_lease, photo_id, self._now(), self._now() - after_seconds))

    def expired(self, limit: int = 100) -> list[str]:
        """Photos past their time to live, until `purge` (which follows the deletion of their bytes)."""
        return self._older_than(EXPIRY, 0, limit)

    # -- dead letters -------------------------------------------------------------------------------------------------

    def move_to_dead_letters(self, photo_id: str, problem: Problem) -> bool:
        """Fail a photo as poison and list it as a dead letter."""
        with redis_errors():
            self._redis.zadd(DEAD, {photo_id: self._now()})
        return self.fail(photo_id, problem)

    def dead_letters(self, limit: int = 1000) -> list[str]:
        """Ids of dead letters, oldest first."""
        with redis_errors():
            return [str(photo_id) for photo_id in self._redis.zrange(DEAD, 0, limit - 1)]

    def count_dead_letters(self) -> int:
        """The number of dead letters."""
        with redis_errors():
            return int(self._redis.zcard(DEAD))

    def retry_dead_letter(self, photo_id: str) -> bool:
        """Queue a dead letter again. False when the photo expired or is no dead letter."""
        return bool(self._run(self._retry_dead_letter, photo_id, self._now(), CHANGE_CHANNEL))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _remove(self, photo_id: str, *due: float) -> bool:
        keys = [photo_hash(photo_id), QUEUED, RUNNING, DEAD, EXPIRY, *insight_keys(photo_id)]
        with redis_errors():
            return bool(self._delete(keys=keys, args=[photo_id, CHANGE_CHANNEL, *due]))

    def _end(self, photo_id: str, state: PhotoState, field: str, value: str, rank: float, *more: float | str) -> bool:
        """`more`: the time, and what the photo's album stores."""
        return bool(self._run(self._finish, photo_id, state.value, CHANGE_CHANNEL, field, value, rank, *more))

    def _older_than(self, name: str, seconds: float, limit: int) -> list[str]:
        with redis_errors():
            found = self._redis.zrange(name, "-inf", self._now() - seconds, byscore=True, offset=0, num=limit)
        return [str(photo_id) for photo_id in found]

    def _run(self, script: Any, photo_id: str, *args: Any) -> Any:
        with redis_errors():
            return script(keys=[photo_hash(photo_id), QUEUED, RUNNING], args=[photo_id, *args])


def rank_key(critique: Critique) -> float:
    """The sort key of an album's ranking: the percentile, comparable across versions of a model; ties by score."""
    return critique.percentile + critique.score * 1e-6


def fields_of(photo: Photo) -> dict[str, Any]:
    """The hash fields of a new photo."""
    return photo.model_dump(mode="json", exclude={"id", "critique", "problem"}, exclude_none=True)


def hash_arguments(photo: Photo) -> list[str]:
    """The fields of a new photo as arguments of HSET."""
    return [text for name, value in fields_of(photo).items() for text in (name, _hash_text(value))]


def _hash_text(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def photo_hash(photo_id: str) -> str:
    """The name of a photo's hash in Redis."""
    return f"{KEY_PREFIX}photo:{photo_id}"


def pairs(flat: list[str]) -> dict[str, str]:
    """The reply of HGETALL within a script."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _entry(photo_id: str, row: list[str | None]) -> PhotoEntry:
    fields = {name: value for name, value in zip(_ENTRY_FIELDS, row, strict=True) if value is not None}
    summary, problem = fields.pop("summary", None), fields.pop("problem", None)
    return PhotoEntry.of_fields(
        {
            "id": photo_id,
            "summary": Summary.read(summary) if summary else None,
            "problem": Problem.read(problem) if problem else None,
            **fields,
        }
    )


def parse_photo(photo_id: str, fields: dict[str, str]) -> Photo:
    """The photo of a hash."""
    plain = {
        name: value for name, value in fields.items() if name not in ("critique", "problem", "requeues", "summary")
    }
    critique = Critique.read(fields["critique"]) if "critique" in fields else None
    problem = Problem.read(fields["problem"]) if "problem" in fields else None
    return Photo.of_fields({"id": photo_id, "critique": critique, "problem": problem, **plain})
