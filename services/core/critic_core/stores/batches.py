"""Batches in Redis: progress, the parts under way, and the times at which a gateway advances each batch.

A batch is fed to the photo queue in parts of a few lines. The sorted set of due times is the queue of all gateways'
runners: a runner claims the batch that is due first, with a lease; a killed runner's batch is due again after it. Ids
of a part's photos are stored before its first photo, so that no line becomes a second photo.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import redis

from critic_core.contracts.base import Contract
from critic_core.contracts.batch import Batch, BatchState
from critic_core.contracts.errors import BatchNotFound, Problem
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_core.stores.delivery_lua import ANNOUNCE, FORGET_DELIVERIES
from critic_core.stores.owner_lua import OWNER
from critic_core.stores.owners import OwnerIndex, limit_reached

DUE = f"{KEY_PREFIX}batches"
MAX_OWNER_BATCHES = 20
RECEIVING, DELETED = "receiving", "deleted"
"""States of batches that nobody sees: the manifest is not stored yet, or the photos are not deleted yet."""

_CREATE = f"""{OWNER}
if is_full(ARGV[3], 'batches', ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
add_to_owner(ARGV[3], 'batches', ARGV[1])
return 1
"""
_CLAIM = f"""#!lua flags=allow-oom
local id = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, 1)[1]
if not id then return false end
if redis.call('EXISTS', '{KEY_PREFIX}batch:' .. id) == 0 then redis.call('ZREM', KEYS[1], id) return false end
redis.call('ZADD', KEYS[1], ARGV[2], id)
redis.call('HSET', '{KEY_PREFIX}batch:' .. id, 'token', ARGV[3])
return id
"""
_SCHEDULE = """#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[3])
return 1
"""
_SAVE = """#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local parts_end = 2 + 2 * tonumber(ARGV[2])
for index = 3, parts_end, 2 do
  local number, text = ARGV[index], ARGV[index + 1]
  if text ~= '' then redis.call('HSET', KEYS[2], number, text) else redis.call('HDEL', KEYS[2], number) end
end
for index = parts_end + 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[index], ARGV[index + 1]) end
return 1
"""
_EXTEND = """#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'expires_at', ARGV[2])
return 1
"""
_END = f"""#!lua flags=allow-oom
{ANNOUNCE}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'state') == 'running' then redis.call('HSET', KEYS[1], 'state', 'done') end
redis.call('HDEL', KEYS[1], 'delay')
if redis.call('HSETNX', KEYS[1], 'finished_at', ARGV[2]) == 1 then announce('batch:' .. ARGV[3]) end
return 1
"""
_BEGIN = """
if redis.call('HGET', KEYS[1], 'state') ~= 'receiving' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'running', 'lines', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
"""
_DELAY = """#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'delay', ARGV[2]) else redis.call('HDEL', KEYS[1], 'delay') end
return 1
"""
_CANCEL = """#!lua flags=allow-oom
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'cancelled')
redis.call('HDEL', KEYS[1], 'delay')
return 1
"""
_HIDE = f"""#!lua flags=allow-oom
{OWNER}{FORGET_DELIVERIES}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
forget_deliveries('batch:' .. ARGV[1])
remove_from_owner(redis.call('HGET', KEYS[1], 'owner'), 'batches', ARGV[1])
redis.call('HSET', KEYS[1], 'state', '{DELETED}', 'token', '')
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
"""


class BatchRow(Contract):
    """A line of a part: the id of its photo, or the problem of a line without a photo."""

    line: int
    photo_id: str
    reference: str | None = None
    problem: Problem | None = None


class BatchPart(Contract):
    """Lines that are fed together, and written together. `offset` and `end` are bytes of the manifest."""

    number: int
    offset: int
    end: int
    rows: tuple[BatchRow, ...]
    queued: bool = False
    written: bool = False

    @property
    def photo_ids(self) -> list[str]:
        """Ids of the part's photos."""
        return [row.photo_id for row in self.rows if row.problem is None]


@dataclass(frozen=True)
class StoredBatch:
    """A batch with its owner, the name of its API key, and the cursors of its runner."""

    batch: Batch
    owner: str
    api_key: str
    offset: int
    begun: int
    written: int
    hidden: bool  # no manifest yet, or deleted

    def visible_to(self, owner: str) -> bool:
        """True for the owner, from the manifest's end until deletion or expiry."""
        return self.owner == owner and not self.hidden and self.batch.expires_at > datetime.now(UTC)


@dataclass(frozen=True)
class BatchLease:
    """A batch that one runner advances."""

    batch_id: str
    token: str


class LeaseLost(Exception):
    """The batch was deleted, or belongs to another runner."""


class BatchStore:
    """Batches by id. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._create, self._claim, self._schedule = map(client.register_script, (_CREATE, _CLAIM, _SCHEDULE))
        self._save, self._end, self._delay = map(client.register_script, (_SAVE, _END, _DELAY))
        self._begin, self._cancel, self._hide = map(client.register_script, (_BEGIN, _CANCEL, _HIDE))
        self._extend = client.register_script(_EXTEND)

    # -- callers ------------------------------------------------------------------------------------------------------

    def create(self, batch: Batch, owner: str, api_key: str, due: float) -> None:
        """Store a batch whose manifest follows; without one at that time, it is deleted. Raises LimitReached."""
        fields = {**_fields(batch), "owner": owner, "api_key": api_key, "state": RECEIVING}
        arguments: list[Any] = [text for pair in fields.items() for text in pair]
        with redis_errors():
            created = self._create(
                keys=[batch_key(batch.id), DUE], args=[batch.id, due, owner, MAX_OWNER_BATCHES, *arguments]
            )
        if not created:
            raise limit_reached(MAX_OWNER_BATCHES, OwnerIndex.batches)

    def begin(self, batch_id: str, lines: int, now: float) -> None:
        """Let runners feed a batch whose manifest is stored. Raises BatchNotFound for one deleted meanwhile."""
        with redis_errors():
            begun = self._begin(keys=[batch_key(batch_id), DUE], args=[batch_id, now, lines])
        if not begun:
            raise BatchNotFound

    def get(self, batch_id: str, owner: str) -> StoredBatch:
        """The owner's batch. Raises BatchNotFound."""
        stored = self.find(batch_id)
        if stored is None or not stored.visible_to(owner):
            raise BatchNotFound
        return stored

    def get_all(self, batch_ids: list[str], owner: str) -> list[Batch]:
        """The owner's batches that still exist, in the order of the ids."""
        found = [self.find(batch_id) for batch_id in batch_ids]
        return [stored.batch for stored in found if stored is not None and stored.visible_to(owner)]

    def existing(self, batch_ids: list[str]) -> set[str]:
        """Those of the ids that are batches, in any state."""
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for batch_id in batch_ids:
                pipe.exists(batch_key(batch_id))
            flags = pipe.execute()
        return {batch_id for batch_id, exists in zip(batch_ids, flags, strict=True) if exists}

    def find(self, batch_id: str) -> StoredBatch | None:
        """The batch in any state."""
        with redis_errors():
            fields: Any = self._redis.hgetall(batch_key(batch_id))
        return _stored(batch_id, fields) if fields else None

    def cancel(self, batch_id: str) -> bool:
        """Queue no further line. False for a finished batch."""
        with redis_errors():
            return bool(self._cancel(keys=[batch_key(batch_id)]))

    def hide(self, batch_id: str, now: float) -> None:
        """Hide a batch at once, without its deliveries; runners delete it unless the caller does."""
        with redis_errors():
            self._hide(keys=[batch_key(batch_id), DUE], args=[batch_id, now])

    def purge(self, batch_id: str) -> None:
        """Forget a hidden batch whose photos and files are deleted."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(batch_key(batch_id), _parts_key(batch_id))
            pipe.zrem(DUE, batch_id)
            pipe.execute()

    # -- runners ------------------------------------------------------------------------------------------------------

    def claim(self, now: float, seconds: float) -> BatchLease | None:
        """The batch that is due first, for so long."""
        token = uuid4().hex
        with redis_errors():
            batch_id = self._claim(keys=[DUE], args=[now, now + seconds, token])
        return BatchLease(str(batch_id), token) if batch_id else None

    def schedule(self, lease: BatchLease, due: float) -> None:
        """Renew the lease, or end it by an earlier time. Raises LeaseLost."""
        with redis_errors():
            _ensure(self._schedule(keys=[batch_key(lease.batch_id), DUE], args=[lease.token, due, lease.batch_id]))

    def unfinished_parts(self, batch_id: str) -> list[BatchPart]:
        """The parts under way, in the order of their lines."""
        with redis_errors():
            texts: Any = self._redis.hvals(_parts_key(batch_id))
        return sorted(map(BatchPart.read, texts), key=lambda part: part.number)

    def save_parts(self, lease: BatchLease, *batch_parts: BatchPart, **increments: int) -> None:
        """Store parts, and increase fields of the batch. Raises LeaseLost."""
        texts = {part.number: part.model_dump_json(exclude_none=True) for part in batch_parts}
        self._save_texts(lease, texts, increments)

    def forget_part(self, lease: BatchLease, part: BatchPart) -> None:
        """Forget a written part whose photos are deleted. Raises LeaseLost."""
        self._save_texts(lease, {part.number: ""}, {})

    def extend(self, lease: BatchLease, expires_at: datetime) -> None:
        """Let a batch live until then. Raises LeaseLost."""
        with redis_errors():
            _ensure(self._extend(keys=[batch_key(lease.batch_id)], args=[lease.token, expires_at.isoformat()]))

    def set_delay(self, lease: BatchLease, problem: Problem | None) -> None:
        """Say why no further line is queued now. Raises LeaseLost."""
        text = problem.model_dump_json(exclude_none=True) if problem else ""
        with redis_errors():
            _ensure(self._delay(keys=[batch_key(lease.batch_id)], args=[lease.token, text]))

    def finish(self, lease: BatchLease, at: datetime) -> None:
        """End a batch whose last result is written. Raises LeaseLost."""
        with redis_errors():
            _ensure(self._end(keys=[batch_key(lease.batch_id)], args=[lease.token, at.isoformat(), lease.batch_id]))

    def _save_texts(self, lease: BatchLease, texts: dict[int, str], increments: dict[str, int]) -> None:
        keys = [batch_key(lease.batch_id), _parts_key(lease.batch_id)]
        pairs: list[Any] = [value for pair in (*texts.items(), *increments.items()) for value in pair]
        with redis_errors():
            _ensure(self._save(keys=keys, args=[lease.token, len(texts), *pairs]))


def batch_key(batch_id: str) -> str:
    """The name of a batch's hash in Redis."""
    return f"{OwnerIndex.batches.hash_prefix}{batch_id}"


def _parts_key(batch_id: str) -> str:
    return f"{batch_key(batch_id)}:parts"


def _ensure(done: object) -> None:
    if not done:
        raise LeaseLost


def _fields(batch: Batch) -> dict[str, Any]:
    return batch.model_dump(mode="json", exclude={"id", "delay"}, exclude_none=True)


def _stored(batch_id: str, fields: dict[str, str]) -> StoredBatch:
    state, delay = fields["state"], fields.pop("delay", None)
    hidden = state in (RECEIVING, DELETED)
    shown = {"id": batch_id, "state": BatchState.running if hidden else state}
    batch = Batch.of_fields({**fields, **shown, "delay": Problem.read(delay) if delay else None})
    offset, begun, written = (int(fields.get(name, 0)) for name in ("offset", "begun", "written"))
    return StoredBatch(batch, fields["owner"], fields["api_key"], offset, begun, written, hidden)
