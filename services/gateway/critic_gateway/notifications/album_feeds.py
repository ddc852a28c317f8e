"""Fan-out of album events: each gateway reads the events of an album once for all its followers.

A follower has no state here but its position: a slow one, or one that resumes with `Last-Event-ID` after a restart of
the gateway, reads missed events from the store.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import AlbumNotFound, LimitReached, QueueUnavailable
from critic_core.runtime.logs import logger
from critic_core.stores.albums import AlbumStore, Event, event_order
from critic_gateway import metrics
from critic_gateway.notifications.subscriber import ChangeSubscriber

RECENT_EVENTS = 1000
MAX_FOLLOWERS = 500  # of one owner at one gateway
REVOCATION_SECONDS = 2.0  # between two checks of a follower's API key
POLL_SECONDS = 30.0  # an expired album publishes no change

log = logger(__name__)


class AlbumFeeds:
    """The feeds of all albums with followers."""

    def __init__(self, albums: AlbumStore, changes: ChangeSubscriber) -> None:
        self._albums, self._changes = albums, changes
        self._feeds: dict[str, _Feed] = {}
        self._followers = Counter[str]()

    def ensure_room(self, owner: str) -> None:
        """Raises LimitReached for another follower of the owner's albums."""
        if self._followers[owner] >= MAX_FOLLOWERS:
            raise LimitReached(f"The limit is {MAX_FOLLOWERS} open event streams; close some.")

    async def follow(self, album_id: str, owner: str, after: str, revoked: Callable[[], bool]) -> AsyncIterator[Event]:
        """Events after that one, live, until the album is deleted or the right to follow is revoked.

        Raises QueueUnavailable.
        """
        async with self._feed(album_id, owner) as feed:
            while not revoked():
                changed = feed.changed
                events = feed.recent_after(after)
                if events is None:
                    events = await run_in_threadpool(self._albums.events, album_id, after)
                for event in events:
                    yield event
                    after = event.id
                if not events and feed.ended:
                    return
                if not events:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), REVOCATION_SECONDS)

    @contextmanager
    def _counted(self, owner: str) -> Iterator[None]:
        self._followers[owner] += 1
        try:
            yield
        finally:
            self._followers[owner] -= 1
            if not self._followers[owner]:
                del self._followers[owner]

    @asynccontextmanager
    async def _feed(self, album_id: str, owner: str) -> AsyncIterator["_Feed"]:
        feed = self._feeds.get(album_id)
        if feed is None:
            last = await run_in_threadpool(self._albums.last_event, album_id)
            feed = self._feeds.setdefault(album_id, _Feed(last))  # another follower may have been faster
        if feed.task is None:
            feed.task = asyncio.create_task(self._read(album_id, feed))
        feed.followers += 1
        metrics.EVENT_STREAMS.inc()
        try:
            with self._counted(owner):
                yield feed
        finally:
            metrics.EVENT_STREAMS.dec()
            feed.followers -= 1
            if not feed.followers:
                self._feeds.pop(album_id, None)
                feed.task.cancel()

    async def _read(self, album_id: str, feed: "_Feed") -> None:
        with self._changes.watch(album_id) as changed:
            while not feed.ended:
                changed.clear()
                try:
                    await self._read_new(album_id, feed)
                except QueueUnavailable as error:
                    log.warning("album_feed_retry", album_id=album_id, error=error.detail)
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), POLL_SECONDS)

    async def _read_new(self, album_id: str, feed: "_Feed") -> None:
        while events := await run_in_threadpool(self._albums.events, album_id, feed.last):
            feed.publish(events)
        try:
            await run_in_threadpool(self._albums.get, album_id)
        except AlbumNotFound:
            self._feeds.pop(album_id, None)
            feed.end()


class _Feed:
    """The latest events of an album. `changed` is set, and replaced, with every new event."""

    def __init__(self, last: str) -> None:
        self.changed = asyncio.Event()
        self.ended = False
        self.followers = 0
        self.task: asyncio.Task[None] | None = None
        self.last = last
        self._complete_after = last
        self._recent: deque[Event] = deque()

    def publish(self, events: list[Event]) -> None:
        self._recent.extend(events)
        self.last = events[-1].id
        while len(self._recent) > RECENT_EVENTS:
            self._complete_after = self._recent.popleft().id
        self._notify()

    def end(self) -> None:
        self.ended = True
        self._notify()

    def recent_after(self, event_id: str) -> list[Event] | None:
        """None when the feed has dropped events after that one."""
        if event_order(event_id) < event_order(self._complete_after):
            return None
        return [event for event in self._recent if event_order(event.id) > event_order(event_id)]

    def _notify(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
