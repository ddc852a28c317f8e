"""What happens in albums, for those who follow them: each gateway reads an album's events once, however many follow.

A follower keeps nothing here but its place: one that is slow, or comes back after a restart of the gateway with the id
of the last event it saw, reads what it missed from the store.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import AlbumNotFound, QueueUnavailable
from critic_core.runtime.logs import logger
from critic_core.stores.albums import AlbumStore, Event, moment
from critic_gateway import metrics
from critic_gateway.notifications.subscriber import Bell

RECENT_EVENTS = 1000
LOOK_AGAIN_SECONDS = 30.0  # an album whose time runs out rings no bell

log = logger(__name__)


class AlbumFeeds:
    """The feeds of the albums that somebody follows."""

    def __init__(self, albums: AlbumStore, bell: Bell) -> None:
        self._albums, self._bell = albums, bell
        self._feeds: dict[str, _Feed] = {}

    async def follow(self, album_id: str, after: str) -> AsyncIterator[Event]:
        """Every event after that one, as they happen; ends when the album is forgotten. Raises QueueUnavailable."""
        async with self._feed(album_id) as feed:
            while True:
                signal = feed.signal
                events = feed.recent_after(after)
                if events is None:
                    events = await run_in_threadpool(self._albums.events, album_id, after)
                for event in events:
                    yield event
                    after = event.id
                if not events and feed.ended:
                    return
                if not events:
                    await signal.wait()

    @asynccontextmanager
    async def _feed(self, album_id: str) -> AsyncIterator["_Feed"]:
        feed = self._feeds.get(album_id)
        if feed is None:
            last = await run_in_threadpool(self._albums.last_event, album_id)
            feed = self._feeds.setdefault(album_id, _Feed(last))  # another follower may have been faster
        if feed.task is None:
            feed.task = asyncio.create_task(self._read(album_id, feed))
        feed.followers += 1
        metrics.FOLLOWERS.inc()
        try:
            yield feed
        finally:
            metrics.FOLLOWERS.dec()
            feed.followers -= 1
            if not feed.followers:
                self._feeds.pop(album_id, None)
                feed.task.cancel()

    async def _read(self, album_id: str, feed: "_Feed") -> None:
        with self._bell.awaited(album_id) as rung:
            while not feed.ended:
                rung.clear()
                try:
                    await self._read_new(album_id, feed)
                except QueueUnavailable as error:
                    log.warning("album_feed_retry", album_id=album_id, error=error.detail)
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), LOOK_AGAIN_SECONDS)

    async def _read_new(self, album_id: str, feed: "_Feed") -> None:
        while events := await run_in_threadpool(self._albums.events, album_id, feed.last):
            feed.tell(events)
        try:
            await run_in_threadpool(self._albums.get, album_id)
        except AlbumNotFound:
            self._feeds.pop(album_id, None)
            feed.end()


class _Feed:
    """The newest events of one album; `signal` is set, and replaced, whenever there are more."""

    def __init__(self, last: str) -> None:
        self.signal = asyncio.Event()
        self.ended = False
        self.followers = 0
        self.task: asyncio.Task[None] | None = None
        self.last = last
        self._complete_after = last
        self._recent: deque[Event] = deque()

    def tell(self, events: list[Event]) -> None:
        self._recent.extend(events)
        self.last = events[-1].id
        while len(self._recent) > RECENT_EVENTS:
            self._complete_after = self._recent.popleft().id
        self._ring()

    def end(self) -> None:
        self.ended = True
        self._ring()

    def recent_after(self, event_id: str) -> list[Event] | None:
        """None when something that happened after that event is not here any more."""
        if moment(event_id) < moment(self._complete_after):
            return None
        return [event for event in self._recent if moment(event.id) > moment(event_id)]

    def _ring(self) -> None:
        signal, self.signal = self.signal, asyncio.Event()
        signal.set()
