"""The bell: one subscription per gateway process, however many requests wait for however many things.

Nothing hangs on a message that is lost: whoever waits looks at the store when woken, when the subscription is made
anew, and at the deadline.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from redis import asyncio as redis
from redis.exceptions import RedisError

from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import CHANGE_CHANNEL

RESUBSCRIBE_SECONDS = 0.5

log = logger(__name__)


class Bell:
    """Wakes those who wait for something to change: a photo or an album by its id, an album's answer by its key."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._events: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen for as long as the block lasts."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def awaited(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `name` changes; clear it, look, then wait for it."""
        event = asyncio.Event()
        self._events[name].add(event)
        try:
            yield event
        finally:
            self._events[name].discard(event)
            if not self._events[name]:
                del self._events[name]

    async def _listen(self) -> None:
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
            self._wake_all()  # an answer may have come while nobody listened
            while True:
                message = await subscription.get_message(timeout=5)
                if message is not None:
                    self._wake(message["data"])

    def _wake(self, name: str) -> None:
        for event in self._events.get(name, ()):
            event.set()

    def _wake_all(self) -> None:
        for name in self._events:
            self._wake(name)
