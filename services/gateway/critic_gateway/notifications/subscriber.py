"""Pub/sub: one subscription per gateway process fans out to all waiting requests.

A lost message delays a request but never blocks it: waiting requests read the store when they are notified, after each
new subscription, and at their deadline.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis import asyncio as redis
from redis.exceptions import RedisError

from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import CHANGE_CHANNEL

RESUBSCRIBE_SECONDS = 0.5
CANCEL_SECONDS = 0.2

log = logger(__name__)


class ChangeSubscriber:
    """Notifies of changes of a photo or an album by its id, and of album results and insights by their keys."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._events: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def subscribed(self) -> AsyncIterator[None]:
        """Keep a subscription inside the block."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            while not task.done():  # the Redis client swallows a cancellation now and then
                task.cancel()
                await asyncio.wait([task], timeout=CANCEL_SECONDS)

    @contextmanager
    def watch(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `name` changes: clear it, read the store, then wait for it."""
        event = asyncio.Event()
        self._events[name].add(event)
        try:
            yield event
        finally:
            self._events[name].discard(event)
            if not self._events[name]:
                del self._events[name]

    async def _run(self) -> None:
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError) as error:
                log.warning("subscription_lost", error=str(error))
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    async def _subscribe(self) -> None:
        client = redis.Redis.from_url(
            self._url, decode_responses=True, socket_connect_timeout=2, socket_keepalive=True, health_check_interval=10
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(CHANGE_CHANNEL)
            self._notify_all()  # changes before this subscription were missed
            while True:
                message = await subscription.get_message(timeout=5)
                if message is not None:
                    self._notify(message["data"])

    def _notify(self, name: str) -> None:
        for event in self._events.get(name, ()):
            event.set()

    def _notify_all(self) -> None:
        for name in self._events:
            self._notify(name)
