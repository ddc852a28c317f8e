"""Results that a worker computes on request: single-flight for all callers, and a long poll for each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import redis
from celery import Celery

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.errors import CriticError
from critic_core.runtime.queue import send
from critic_core.stores.single_flight import acquire_request
from critic_gateway.notifications.long_poll import LongPoll
from critic_gateway.notifications.subscriber import ChangeSubscriber

Result = TypeVar("Result")


@dataclass(frozen=True)
class OnDemandResult(Generic[Result]):
    """A result, and the task that computes it."""

    key: str  # in Redis, and in messages of the change channel
    read: Callable[[], Result | None]
    """None: not computed, or too old."""
    task: str
    arguments: tuple[str, ...]
    pending: type[CriticError]
    resend_seconds: float = 20.0  # in case the task was lost
    expires_seconds: float = 20.0


@dataclass(frozen=True)
class OnDemandResults:
    """Reads results, and requests them."""

    client: "redis.Redis"
    changes: ChangeSubscriber
    queue: Celery

    async def get(self, result: OnDemandResult[Result], wait_seconds: float) -> Result:
        """The result once it is computed. Raises its `pending` at the timeout, and what its `read` raises."""
        poll = LongPoll(self.changes, wait_seconds, result.resend_seconds)
        return await poll.computed(result.key, partial(self._read_or_request, result), result.pending)

    def _read_or_request(self, result: OnDemandResult[Result]) -> Result | None:
        value = result.read()
        if value is None and acquire_request(self.client, result.key, result.resend_seconds):
            send(self.queue, result.task, QUERY_QUEUE, *result.arguments, expires=result.expires_seconds)
        return value
