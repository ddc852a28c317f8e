"""The order of queued photos in Redis: two lanes, round robin over owners within a lane, first in first out per owner.

Celery carries anonymous tickets, each good for a number of photos; a worker with a ticket claims its photos here. So
Celery guarantees delivery, and this store decides whose photo is next:

- The interactive lane goes first, yet the batch lane gets one claim in BATCH_INTERVAL while both have photos.
- A worker has slots for batch photos, and a process more than slots: an interactive photo waits for no batch photo.
- Every claim is one owner's turn, so that a caller with thousands of photos delays another caller's by one claim.
- A ticket that is redelivered claims the same photos again; photos of a dead worker are recovered at once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import redis

from critic_core.contracts.identity import made_at
from critic_core.contracts.photo import CRITIQUE_QUEUE, Lane, Photo
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_core.stores.jobs import JobStore, pairs, parse_photo
from critic_core.stores.photo_queue_lua import PHOTO_QUEUE, QUEUE, QUEUED, RUNNING, SIGNALS, TICKETS
from critic_core.stores.requeue_lua import REQUEUE
from critic_core.stores.throughput import Depth, Load

TICKET_TTL_SECONDS = 3600
LEASE_SECONDS = 5.0  # a worker refreshes its lease several times within it
BATCH_INTERVAL = 8
MAX_BATCH_BYTES = 4_000_000  # large photos are claimed alone: an interactive photo waits for the current claim

WORKERS = f"{QUEUE}:workers"

_FUNCTIONS = f"""{PHOTO_QUEUE}{TICKETS}
local function lease_key(worker) return '{KEY_PREFIX}worker:' .. worker end
local function refresh_lease(worker)
  redis.call('SET', lease_key(worker), 1, 'PX', {int(LEASE_SECONDS * 1000)})
  redis.call('SADD', '{WORKERS}', worker)
end
"""

_ENQUEUE = f"""{PHOTO_QUEUE}
for index = 3, #ARGV do enqueue(ARGV[index], ARGV[1], ARGV[2]) end
return redis.call('ZCARD', '{QUEUED}') + redis.call('ZCARD', '{RUNNING}')
"""

# With Redis full, queued photos are still finished, within the limit of the backlog: no work is lost.
_CLAIM = f"""#!lua flags=allow-oom
{_FUNCTIONS}
local ticket, worker, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now, slots, slot_seconds = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local max_claims = tonumber(ARGV[7])

local function has_slot()
  redis.call('ZREMRANGEBYSCORE', slots_key(worker), '-inf', now - slot_seconds)
  return redis.call('ZCARD', slots_key(worker)) < slots
end

local function next_lane()
  local interactive = redis.call('EXISTS', owners_key('interactive')) == 1
  local batch = redis.call('EXISTS', owners_key('batch')) == 1 and has_slot()
  if not (interactive and batch) then return interactive and 'interactive' or batch and 'batch' end
  return redis.call('INCR', '{QUEUE}:turns') % {BATCH_INTERVAL} == 0 and 'batch' or 'interactive'
end

local function fits(batch, photo)
  if #batch.photos == 0 then return true end
  if batch.alone or photo.alone or photo.model ~= batch.model then return false end
  return batch.bytes + photo.bytes <= {MAX_BATCH_BYTES}
end

local function read(id)
  local fields = redis.call('HMGET', photo_hash(id), 'state', 'model', 'size_bytes', 'alone')
  local state, model, bytes, alone = unpack(fields)
  return {{queued = state == 'queued', model = model, bytes = tonumber(bytes or 0), alone = alone}}
end

local function add(batch, id, photo)
  table.insert(batch.photos, id)
  batch.model, batch.bytes, batch.alone = photo.model, batch.bytes + photo.bytes, photo.alone
  redis.call('HSET', photo_hash(id), 'ticket', ticket)
end

local function take(lane, list, most)
  local batch = {{photos = {{}}, bytes = 0}}
  local id = redis.call('LINDEX', list, 0)
  while id and #batch.photos < most do
    local photo = read(id)
    if photo.queued and not fits(batch, photo) then break end
    redis.call('LPOP', list)
    redis.call('ZREM', ids_key(lane), id)
    if photo.queued then add(batch, id, photo) end
    id = redis.call('LINDEX', list, 0)
  end
  return batch.photos
end

local function pop()
  while true do
    local lane = next_lane()
    if not lane then return {{}} end
    local owner = redis.call('LPOP', owners_key(lane))
    local photos = take(lane, list_key(lane, owner), lane == 'batch' and limit or 1)
    if redis.call('EXISTS', list_key(lane, owner)) == 1 then redis.call('RPUSH', owners_key(lane), owner) end
    if #photos > 0 and lane == 'batch' then redis.call('ZADD', slots_key(worker), now, ticket) end
    if #photos > 0 then return photos end
  end
end

local function start(photo)
  local state = redis.call('HGET', photo_hash(photo), 'state')
  redis.call('ZREM', '{QUEUED}', photo)
  if not state then redis.call('ZREM', '{RUNNING}', photo) return 'deleted' end
  if state == 'done' or state == 'failed' then return 'finished' end
  if redis.call('HINCRBY', photo_hash(photo), 'claims', 1) > max_claims then return 'poison' end
  redis.call('HSET', photo_hash(photo), 'state', 'running')
  redis.call('ZADD', '{RUNNING}', now, photo)
  return 'claimed'
end

local function hold(photos)
  redis.call('DEL', ticket_key(ticket))
  redis.call('RPUSH', ticket_key(ticket), worker, unpack(photos))
  redis.call('EXPIRE', ticket_key(ticket), {TICKET_TTL_SECONDS})
  redis.call('SADD', tickets_key(worker), ticket)
  refresh_lease(worker)
end

local photos = redis.call('LRANGE', ticket_key(ticket), 1, -1)
local repeated = #photos > 0
if repeated then
  local before = redis.call('LINDEX', ticket_key(ticket), 0)
  redis.call('SREM', tickets_key(before), ticket)
  if redis.call('ZREM', slots_key(before), ticket) == 1 then redis.call('ZADD', slots_key(worker), now, ticket) end
else
  photos = pop()
end
if #photos > 0 then hold(photos) end
local rows = {{}}
for _, photo in ipairs(photos) do
  local outcome = repeated and #photos > 1 and 'repeated' or start(photo)
  table.insert(rows, {{photo, outcome, redis.call('HGETALL', photo_hash(photo))}})
end
local remaining = redis.call('ZCARD', ids_key('interactive')) + redis.call('ZCARD', ids_key('batch'))
return {{repeated and 1 or 0, remaining, rows}}
"""

_FINISH = f"""#!lua flags=allow-oom
{_FUNCTIONS}
finish_ticket(ARGV[1], ARGV[2])
"""

_REFRESH_LEASE = f"""#!lua flags=allow-oom
{_FUNCTIONS}
refresh_lease(ARGV[1])
"""

# The photos of several in one ticket are claimed alone from now on: one of them may have killed the worker.
_RECOVER = f"""#!lua flags=allow-oom
{_FUNCTIONS}{REQUEUE}
local worker, now, recovered = ARGV[1], ARGV[2], {{}}

local function recover(photo, ticket, alone)
  local state, holder = unpack(redis.call('HMGET', photo_hash(photo), 'state', 'ticket'))
  if holder ~= ticket or (state ~= 'queued' and state ~= 'running') then return end
  if alone then redis.call('HSET', photo_hash(photo), 'alone', 1) end
  if requeue('LPUSH', photo, now) == 1 then table.insert(recovered, photo) end
end

if redis.call('EXISTS', lease_key(worker)) == 1 then return recovered end
for _, ticket in ipairs(redis.call('SMEMBERS', tickets_key(worker))) do
  local photos = redis.call('LRANGE', ticket_key(ticket), 1, -1)
  for index = #photos, 1, -1 do recover(photos[index], ticket, #photos > 1) end
  redis.call('DEL', ticket_key(ticket))
end
redis.call('DEL', tickets_key(worker), slots_key(worker))
redis.call('SREM', '{WORKERS}', worker)
return recovered
"""

_DEPTHS = f"""{PHOTO_QUEUE}
local rows = {{}}
for _, lane in ipairs(ARGV) do
  for _, owner in ipairs(redis.call('LRANGE', owners_key(lane), 0, -1)) do
    table.insert(rows, {{lane, owner, redis.call('LLEN', list_key(lane, owner))}})
  end
end
return rows
"""


class Claim(StrEnum):
    """The outcome of claiming a photo for work."""

    claimed = "claimed"
    deleted = "deleted"  # or expired: nothing to do
    finished = "finished"  # by an earlier claim: nothing to do
    poison = "poison"  # more claims than allowed: a dead letter
    repeated = "repeated"  # with others, so that each must be claimed alone: no claim is counted


@dataclass(frozen=True)
class ClaimedPhoto:
    """A photo of a ticket; it is read when its outcome is `claimed`."""

    id: str
    outcome: Claim
    photo: Photo | None


@dataclass(frozen=True)
class Claimed:
    """The photos of a ticket, and what else is queued."""

    photos: tuple[ClaimedPhoto, ...]
    repeated: bool  # the ticket had these photos before: their process was killed, or lost Redis
    remaining: int  # photos that are still queued
    request_ids: tuple[str, ...]  # of the uploads, without repetitions
    traceparents: tuple[str, ...]  # of the uploads, without repetitions

    @property
    def photo_ids(self) -> tuple[str, ...]:
        """All of the ticket."""
        return tuple(claim.id for claim in self.photos)


@dataclass(frozen=True)
class BatchSlots:
    """Claims of batch photos that a worker may have at a time; a claim older than `seconds` has lost its process."""

    number: int
    seconds: float


UNLIMITED_SLOTS = BatchSlots(1_000_000, 3600.0)


@dataclass(frozen=True)
class LaneStatus:
    """The photos of a lane that are queued."""

    photos: float
    oldest_seconds: float  # since the upload of the oldest one, requeues included; 0 when none is queued


class PhotoQueue:
    """Queued photos. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] = time.time) -> None:
        self._redis, self._now = client, clock
        self._enqueue, self._claim, self._finish = map(client.register_script, (_ENQUEUE, _CLAIM, _FINISH))
        self._refresh_lease, self._recover = map(client.register_script, (_REFRESH_LEASE, _RECOVER))
        self._depths = client.register_script(_DEPTHS)

    def enqueue(self, photo_ids: Sequence[str], request_id: str | None = None, traceparent: str | None = None) -> int:
        """Append stored photos to the queues of their owners and lanes; returns the backlog with them.

        The caller sends the tickets. Log lines and trace of the upload's request continue in the worker.
        """
        with redis_errors():
            backlog: Any = self._enqueue(args=[request_id or "", traceparent or "", *photo_ids])
        return int(backlog)

    # -- tickets ------------------------------------------------------------------------------------------------------

    def send_tickets(self, tickets: Sequence[str]) -> None:
        """Append tickets to the broker's queue."""
        with redis_errors():
            self._redis.lpush(CRITIQUE_QUEUE, *tickets)

    def claim(
        self, ticket: str, worker: str, limit: int, slots: BatchSlots = UNLIMITED_SLOTS, max_claims: int = 3
    ) -> Claimed:
        """The photos of a ticket: up to `limit` of one owner for one model; the same again for a repeated ticket.

        One photo at a time from the interactive lane; none when nothing is queued, or only batch photos, and the
        worker's slots are taken. The photos run from now on, and their claims are counted.
        """
        args: list[Any] = [ticket, worker, limit, self._now(), slots.number, slots.seconds, max_claims]
        with redis_errors():
            repeated, remaining, rows = self._claim(args=args)
        claims = [(photo_id, Claim(outcome), pairs(fields)) for photo_id, outcome, fields in rows]
        return Claimed(
            tuple(_claimed_photo(*claim) for claim in claims),
            bool(repeated),
            remaining,
            *(_distinct([fields.get(name, "") for *_, fields in claims]) for name in ("request_id", "traceparent")),
        )

    def finish(self, ticket: str, worker: str) -> None:
        """Forget a ticket of which photos are deleted or queued again; results of all end it, too."""
        with redis_errors():
            self._finish(args=[ticket, worker])

    def wait(self, seconds: float) -> None:
        """Return when an interactive photo arrives or the last ticket's slot is free, at the latest after `seconds`."""
        with redis_errors():
            self._redis.blpop([SIGNALS], timeout=seconds)

    def photos_of_ticket(self, ticket: str) -> list[str]:
        """Photos of an unfinished ticket."""
        with redis_errors():
            photo_ids: Any = self._redis.lrange(f"{QUEUE}:ticket:{ticket}", 1, -1)
        return [str(photo_id) for photo_id in photo_ids]

    # -- leases of workers --------------------------------------------------------------------------------------------

    def refresh_lease(self, worker: str) -> None:
        """Keep the photos of this worker for another LEASE_SECONDS."""
        with redis_errors():
            self._refresh_lease(args=[worker])

    def workers(self) -> list[str]:
        """Workers with a lease, living or dead."""
        with redis_errors():
            workers: Any = self._redis.smembers(WORKERS)
        return sorted(str(worker) for worker in workers)

    def recover(self, worker: str) -> list[str]:
        """Queue the photos of a dead worker before their owners' others; returns them. None while its lease holds.

        Their claims stay counted, so that a photo that kills its worker ends as poison.
        """
        with redis_errors():
            recovered: Any = self._recover(args=[worker, self._now()])
        return [str(photo_id) for photo_id in recovered]

    def end_lease(self, worker: str) -> None:
        """Declare a worker dead."""
        with redis_errors():
            self._redis.delete(f"{KEY_PREFIX}worker:{worker}")

    # -- measurements -------------------------------------------------------------------------------------------------

    def depths(self) -> tuple[Depth, ...]:
        """The queue of every owner in every lane."""
        with redis_errors():
            rows: Any = self._depths(args=list(Lane))
        return tuple(Depth(Lane(lane), owner, photos) for lane, owner, photos in rows)

    def queued(self) -> int:
        """Photos in all lanes."""
        return int(sum(status.photos for status in self.lanes().values()))

    def lanes(self) -> dict[Lane, LaneStatus]:
        """Queued photos of every lane, and the age of the oldest."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            for lane in Lane:
                pipe.zcard(f"{QUEUE}:{lane}:ids")
                pipe.zrange(f"{QUEUE}:{lane}:ids", 0, 0)
            replies = pipe.execute()
        pairs = zip(Lane, replies[::2], replies[1::2], strict=True)
        return {lane: LaneStatus(photos, self._age(oldest)) for lane, photos, oldest in pairs}

    def _age(self, oldest: list[str]) -> float:
        return max(0.0, self._now() - made_at(oldest[0])) if oldest else 0.0


def _claimed_photo(photo_id: str, outcome: Claim, fields: dict[str, str]) -> ClaimedPhoto:
    return ClaimedPhoto(photo_id, outcome, parse_photo(photo_id, fields) if outcome is Claim.claimed else None)


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def measure_load(jobs: JobStore, queue: PhotoQueue) -> Load:
    """The backlog, its throughput, and the queues of all owners."""
    return replace(jobs.load(), depths=queue.depths())
