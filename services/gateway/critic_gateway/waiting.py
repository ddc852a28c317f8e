"""Waiting for answers: one subscription per gateway process, however many requests wait.

Nothing hangs on a message that is lost: whoever waits looks at the job store when woken, when the subscription is made
anew, and at the deadline.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis import asyncio as redis
from redis.exceptions import RedisError
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.photo import Photo
from critic_core.runtime.job_store import FINISHED_CHANNEL, JobStore
from critic_core.runtime.logs import logger

RESUBSCRIBE_SECONDS = 0.5

log = logger(__name__)


class Waiting:
    """Wakes requests when the photos they wait for are finished."""

    def __init__(self, redis_url: str, store: JobStore) -> None:
        self._url, self._store = redis_url, store
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

    async def finished(self, photo_ids: list[str], seconds: float) -> list[Photo]:
        """The photos as they are when all are finished, or when the time is up. PhotoNotFound when one is gone."""
        deadline = asyncio.get_running_loop().time() + seconds
        return [await self._one(photo_id, deadline) for photo_id in photo_ids]

    async def _one(self, photo_id: str, deadline: float) -> Photo:
        event = asyncio.Event()
        self._events[photo_id].add(event)
        try:
            while True:
                event.clear()
                photo = await run_in_threadpool(self._store.get, photo_id)
                left = deadline - asyncio.get_running_loop().time()
                if photo.state.final or left <= 0:
                    return photo
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), left)
        finally:
            self._events[photo_id].discard(event)
            if not self._events[photo_id]:
                del self._events[photo_id]

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
            await subscription.subscribe(FINISHED_CHANNEL)
            self._wake_all()  # an answer may have come while nobody listened
            while True:
                message = await subscription.get_message(timeout=5)
                if message is not None:
                    self._wake(message["data"])

    def _wake(self, photo_id: str) -> None:
        for event in self._events.get(photo_id, ()):
            event.set()

    def _wake_all(self) -> None:
        for photo_id in self._events:
            self._wake(photo_id)
