"""Events that wait to be told, and how the telling went, in Redis.

`outbox` holds what happened; `due` holds deliveries by the time of their next try. Whoever takes a delivery up moves
that time behind the end of its lease, and this new time is its ticket: every later step is done only while the ticket
is still right, so that a delivery is with one sender at a time, and comes back by itself when that one dies. Celery's
own delays (ETA) are not used for the hours between two tries: a message that waits longer than the broker's visibility
timeout is handed out again and again.

The deliveries about one subject are one hash, which is forgotten with its subject.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from critic_core.contracts.errors import DeliveryNotFound
from critic_core.contracts.webhook import Delivery, DeliveryState
from critic_core.stores.delivery_lua import OUTBOX
from critic_core.stores.jobs import PREFIX, answering

DUE = f"{PREFIX}webhooks:due"
DELIVERIES_KEPT = 20  # about one subject; each new one takes the place of the oldest

_OPEN = f"""
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('EXPIREAT', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[3] .. ' ' .. ARGV[1])
local ids = redis.call('HKEYS', KEYS[3])
table.sort(ids)
for index = 1, #ids - {DELIVERIES_KEPT} do
  redis.call('HDEL', KEYS[3], ids[index])
  redis.call('ZREM', KEYS[2], ids[index] .. ' ' .. ARGV[1])
end
return 1
"""
_DROP = """
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
"""
_TAKE = """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(found) do redis.call('ZADD', KEYS[1], ARGV[2], member) end
return found
"""
_KEEP = """
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
    """Something that happened: to whom, and when (seconds since the epoch)."""

    subject: str
    at: float


@dataclass(frozen=True)
class Ticket:
    """The right to try a delivery, until that time (seconds since the epoch)."""

    subject: str
    delivery_id: str
    until: float

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.subject} {self.until!r}"

    @classmethod
    def parse(cls, text: str) -> "Ticket":
        """What `str` made a text of."""
        delivery_id, subject, until = text.split(" ")
        return cls(subject, delivery_id, float(until))

    @property
    def member(self) -> str:
        """How `due` names the delivery."""
        return f"{self.delivery_id} {self.subject}"


class DeliveryStore:
    """Outbox and deliveries. Every method raises QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._open, self._drop, self._take, self._keep, self._retry = map(
            client.register_script, (_OPEN, _DROP, _TAKE, _KEEP, _RETRY)
        )

    # -- from the outbox ----------------------------------------------------------------------------------------------

    def outbox(self, limit: int = 100) -> list[Entry]:
        """What happened and is in no delivery yet, oldest first."""
        with answering():
            told: Any = self._redis.zrange(OUTBOX, 0, limit - 1, withscores=True)
        return [Entry(str(subject), at) for subject, at in told]

    def open(self, entry: Entry, delivery: Delivery, expires_at: datetime) -> bool:
        """Make an entry a delivery, due at once. False when it was made one before, or happened again meanwhile."""
        told: list[Any] = [
            delivery.id,
            delivery.model_dump_json(exclude_none=True),
            int(expires_at.timestamp()),
            self._now(),
        ]
        with answering():
            keys = [OUTBOX, DUE, _hash(entry.subject)]
            return bool(self._open(keys=keys, args=[entry.subject, entry.at, *told]))

    def drop(self, entry: Entry) -> None:
        """Forget an entry there is nothing to tell about any more, unless something happened again meanwhile."""
        with answering():
            self._drop(keys=[OUTBOX], args=[entry.subject, entry.at])

    # -- a delivery's way ---------------------------------------------------------------------------------------------

    def take_due(self, lease_seconds: float, limit: int) -> list[Ticket]:
        """Take up deliveries whose time has come. They are due again when the lease ends and nothing was kept."""
        now, until = self._now(), self._now() + lease_seconds
        with answering():
            told: Any = self._take(keys=[DUE], args=[now, until, limit])
        pairs = (str(member).split(" ") for member in told)
        return [Ticket(subject, delivery_id, until) for delivery_id, subject in pairs]

    def begin(self, ticket: Ticket, lease_seconds: float) -> tuple[Ticket, Delivery] | None:
        """Begin a try, and count it: one that takes its process down counts too. None when the ticket is void."""
        with answering():
            told = self._redis.hget(_hash(ticket.subject), ticket.delivery_id)
        if told is None:
            self.keep(ticket, None, None)
            return None
        delivery = Delivery.read(str(told))
        begun = delivery.model_copy(update={"tries": delivery.tries + 1})
        renewed = Ticket(ticket.subject, ticket.delivery_id, self._now() + lease_seconds)
        return (renewed, begun) if self.keep(ticket, begun, renewed.until) else None

    def keep(self, ticket: Ticket, delivery: Delivery | None, due: float | None) -> bool:
        """Keep how a try went, and when the next one is due. False when the ticket is void: nothing is kept then.

        Without a delivery what is known stays; without a time nothing is tried any more.
        """
        told = delivery.model_dump_json(exclude_none=True) if delivery else ""
        args: list[Any] = [ticket.member, ticket.until, ticket.delivery_id, told, "" if due is None else due]
        with answering():
            return bool(self._keep(keys=[DUE, _hash(ticket.subject)], args=args))

    # -- for those who ask --------------------------------------------------------------------------------------------

    def of(self, subject: str) -> list[Delivery]:
        """All deliveries about a subject, oldest first."""
        with answering():
            told: Any = self._redis.hgetall(_hash(subject))
        return [Delivery.read(told[delivery_id]) for delivery_id in sorted(told)]

    def retry(self, subject: str, delivery_id: str) -> Delivery:
        """Deliver at once, whatever became of it, with all tries before it. DeliveryNotFound."""
        with answering():
            told = self._redis.hget(_hash(subject), delivery_id)
        if told is None:
            raise DeliveryNotFound
        fresh = {"state": DeliveryState.waiting, "tries": 0, "next_try_at": datetime.fromtimestamp(self._now(), UTC)}
        delivery = Delivery.read(str(told)).model_copy(update=fresh)
        args: list[Any] = [
            f"{delivery_id} {subject}",
            delivery_id,
            delivery.model_dump_json(exclude_none=True),
            self._now(),
        ]
        with answering():
            if not self._retry(keys=[DUE, _hash(subject)], args=args):
                raise DeliveryNotFound
        return delivery

    def forget(self, subject: str) -> None:
        """Forget all deliveries about a subject; one that is under way is not tried again."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(OUTBOX, subject)
            pipe.delete(_hash(subject))
            pipe.execute()

    def waiting(self) -> int:
        """Events that are not delivered yet and not given up."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zcard(OUTBOX)
            pipe.zcard(DUE)
            return sum(pipe.execute())

    def oldest_due_seconds(self) -> float:
        """For how long the event that is longest due has been due; 0 when none is. One that is being tried is not."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zrange(OUTBOX, 0, 0, withscores=True)
            pipe.zrange(DUE, 0, 0, withscores=True)
            first = [float(since) for found in pipe.execute() for _, since in found]
        return max([0.0, *(self._now() - since for since in first)])


def _hash(subject: str) -> str:
    return f"{PREFIX}webhooks:{subject}"
