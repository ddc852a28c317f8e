"""Webhook events and their deliveries in Redis.

`outbox` holds events; `due` holds deliveries by the time of the next attempt. A sender leases a delivery by moving that
time to the end of the lease, and the new time identifies the lease: every later step requires a valid lease. So a
delivery belongs to one sender at a time, and comes back by itself when the sender dies. Celery's own delays (ETA) are
unfit for the hours between two attempts: the broker redelivers a message that waits longer than its visibility timeout.

The deliveries about one subject are one hash, deleted with the subject in the same script; a delivery under way gets
no further attempt then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from critic_core.contracts.errors import DeliveryNotFound
from critic_core.contracts.webhook import Delivery, DeliveryState
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_core.stores.delivery_lua import OUTBOX

DUE = f"{KEY_PREFIX}webhooks:due"
MAX_DELIVERIES = 20  # about one subject; a new one replaces the oldest

_OPEN = f"""
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('EXPIREAT', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[3] .. ' ' .. ARGV[1])
local ids = redis.call('HKEYS', KEYS[3])
table.sort(ids)
for index = 1, #ids - {MAX_DELIVERIES} do
  redis.call('HDEL', KEYS[3], ids[index])
  redis.call('ZREM', KEYS[2], ids[index] .. ' ' .. ARGV[1])
end
return 1
"""
_DROP = """
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
"""
_LEASE = """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(found) do redis.call('ZADD', KEYS[1], ARGV[2], member) end
return found
"""
_UPDATE = """
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[3]) == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) return 0 end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], ARGV[3], ARGV[4]) end
if ARGV[5] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[5], ARGV[1]) end
return 1
"""
_RETRY = """
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
return 1
"""


@dataclass(frozen=True)
class Entry:
    """An event: its subject and time (seconds since the epoch)."""

    subject: str
    at: float


@dataclass(frozen=True)
class DeliveryLease:
    """The lease of a delivery, until that time (seconds since the epoch)."""

    subject: str
    delivery_id: str
    until: float

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.subject} {self.until!r}"

    @classmethod
    def parse(cls, text: str) -> "DeliveryLease":
        """The inverse of `str`."""
        delivery_id, subject, until = text.split(" ")
        return cls(subject, delivery_id, float(until))

    @property
    def member(self) -> str:
        """The delivery as a member of `due`."""
        return f"{self.delivery_id} {self.subject}"


class DeliveryStore:
    """Outbox and deliveries. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._open, self._drop, self._lease, self._update, self._retry = map(
            client.register_script, (_OPEN, _DROP, _LEASE, _UPDATE, _RETRY)
        )

    # -- outbox -------------------------------------------------------------------------------------------------------

    def outbox(self, limit: int = 100) -> list[Entry]:
        """Events without a delivery, oldest first."""
        with redis_errors():
            entries: Any = self._redis.zrange(OUTBOX, 0, limit - 1, withscores=True)
        return [Entry(str(subject), at) for subject, at in entries]

    def open(self, entry: Entry, delivery: Delivery, expires_at: datetime) -> bool:
        """Turn an entry into a delivery, due at once. False when it has one, or when a newer event replaced it."""
        fields: list[Any] = [
            delivery.id,
            delivery.model_dump_json(exclude_none=True),
            int(expires_at.timestamp()),
            self._now(),
        ]
        with redis_errors():
            keys = [OUTBOX, DUE, _hash(entry.subject)]
            return bool(self._open(keys=keys, args=[entry.subject, entry.at, *fields]))

    def drop(self, entry: Entry) -> None:
        """Drop an entry whose subject is deleted, unless a newer event replaced it."""
        with redis_errors():
            self._drop(keys=[OUTBOX], args=[entry.subject, entry.at])

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def lease_due(self, lease_seconds: float, limit: int) -> list[DeliveryLease]:
        """Lease the deliveries that are due. They are due again when the lease expires without an update."""
        now, until = self._now(), self._now() + lease_seconds
        with redis_errors():
            members: Any = self._lease(keys=[DUE], args=[now, until, limit])
        pairs = (str(member).split(" ") for member in members)
        return [DeliveryLease(subject, delivery_id, until) for delivery_id, subject in pairs]

    def begin(self, lease: DeliveryLease, lease_seconds: float) -> tuple[DeliveryLease, Delivery] | None:
        """Begin and count an attempt, also one that crashes its process. None when the lease is void."""
        with redis_errors():
            text = self._redis.hget(_hash(lease.subject), lease.delivery_id)
        if text is None:
            self.update(lease, None, None)
            return None
        delivery = Delivery.read(str(text))
        begun = delivery.model_copy(update={"attempt_count": delivery.attempt_count + 1})
        renewed = DeliveryLease(lease.subject, lease.delivery_id, self._now() + lease_seconds)
        return (renewed, begun) if self.update(lease, begun, renewed.until) else None

    def update(self, lease: DeliveryLease, delivery: Delivery | None, due: float | None) -> bool:
        """Store the outcome of an attempt and the time of the next one. False, without effect, for a void lease.

        Without a delivery the stored one stays; without a time there is no further attempt.
        """
        text = delivery.model_dump_json(exclude_none=True) if delivery else ""
        args: list[Any] = [lease.member, lease.until, lease.delivery_id, text, "" if due is None else due]
        with redis_errors():
            return bool(self._update(keys=[DUE, _hash(lease.subject)], args=args))

    # -- queries ------------------------------------------------------------------------------------------------------

    def of(self, subject: str) -> list[Delivery]:
        """All deliveries about a subject, oldest first."""
        with redis_errors():
            by_id: Any = self._redis.hgetall(_hash(subject))
        return [Delivery.read(by_id[delivery_id]) for delivery_id in sorted(by_id)]

    def retry(self, subject: str, delivery_id: str) -> Delivery:
        """Make a delivery in any state due at once, with all its attempts. Raises DeliveryNotFound."""
        with redis_errors():
            text = self._redis.hget(_hash(subject), delivery_id)
        if text is None:
            raise DeliveryNotFound
        fresh = {
            "state": DeliveryState.pending,
            "attempt_count": 0,
            "next_attempt_at": datetime.fromtimestamp(self._now(), UTC),
        }
        delivery = Delivery.read(str(text)).model_copy(update=fresh)
        args: list[Any] = [
            f"{delivery_id} {subject}",
            delivery_id,
            delivery.model_dump_json(exclude_none=True),
            self._now(),
        ]
        with redis_errors():
            if not self._retry(keys=[DUE, _hash(subject)], args=args):
                raise DeliveryNotFound
        return delivery

    def pending(self) -> int:
        """The number of events neither delivered nor failed."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(OUTBOX)
            pipe.zcard(DUE)
            return sum(pipe.execute())

    def oldest_due_seconds(self) -> float:
        """Time since the oldest due event became due; 0 when none is. A leased delivery is not due."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zrange(OUTBOX, 0, 0, withscores=True)
            pipe.zrange(DUE, 0, 0, withscores=True)
            first = [float(since) for found in pipe.execute() for _, since in found]
        return max([0.0, *(self._now() - since for since in first)])


def _hash(subject: str) -> str:
    return f"{KEY_PREFIX}webhooks:{subject}"
