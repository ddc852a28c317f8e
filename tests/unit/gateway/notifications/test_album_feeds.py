"""Fan-out of album events: one reader for all followers, resumable at any event."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from threading import Event as Signal

import pytest
import redis
from tests.support.critiques import make_photo
from tests.support.redis_server import RedisServer
from tests.unit.gateway.notifications.changes import with_changes

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.errors import LimitReached
from critic_core.contracts.photo import PhotoState
from critic_core.stores.albums import AlbumStore, Event
from critic_gateway.notifications import album_feeds
from critic_gateway.notifications.album_feeds import AlbumFeeds
from critic_gateway.notifications.subscriber import ChangeSubscriber

ALBUM, OWNER = "a1", "ann"


@pytest.fixture
def albums(client: "redis.Redis") -> AlbumStore:
    store, now = AlbumStore(client), datetime.now(UTC)
    none = Counts(photos=0, pending=0, done=0, failed=0)
    store.create(Album(id=ALBUM, created_at=now, expires_at=now + timedelta(hours=1), counts=none))
    return store


def add(albums: AlbumStore, number: int) -> None:
    photo = make_photo(PhotoState.queued)
    albums.add(photo.model_copy(update={"album": ALBUM, "sha256": f"{number:064}"}), 100)


def never() -> bool:
    return False


async def take(events: AsyncIterator[Event], count: int) -> list[str]:
    return [(await asyncio.wait_for(anext(events), 10)).kind for _ in range(count)]


def test_every_follower_gets_every_event_until_the_album_is_deleted(
    redis_server: RedisServer, albums: AlbumStore
) -> None:
    async def test(changes: ChangeSubscriber) -> None:
        feeds = AlbumFeeds(albums, changes)
        followers = [feeds.follow(ALBUM, OWNER, albums.last_event(ALBUM), never) for _ in range(2)]
        first = [asyncio.create_task(take(follower, 2)) for follower in followers]
        for number in range(2):
            await asyncio.to_thread(add, albums, number)
        assert await asyncio.gather(*first) == 2 * [["photo_added", "photo_added"]]
        await asyncio.to_thread(albums.mark_deleted, ALBUM)
        for follower in followers:
            with pytest.raises(StopAsyncIteration):
                await take(follower, 1)
        assert not feeds._feeds

    with_changes(redis_server.url, test)


def test_a_follower_resumes_at_an_older_event(
    redis_server: RedisServer, albums: AlbumStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album_feeds, "RECENT_EVENTS", 1)  # the feed has dropped the older events
    for number in range(3):
        add(albums, number)

    async def test(changes: ChangeSubscriber) -> None:
        feeds = AlbumFeeds(albums, changes)
        after = albums.events(ALBUM, "0")[0].id
        follower = feeds.follow(ALBUM, OWNER, after, never)
        assert await take(follower, 2) == ["photo_added", "photo_added"]
        for number in range(3, 6):
            await asyncio.to_thread(add, albums, number)
        assert await take(follower, 3) == 3 * ["photo_added"]
        await follower.aclose()  # type: ignore[attr-defined]  # an async generator

    with_changes(redis_server.url, test)


def test_a_stream_ends_soon_after_its_key_is_revoked(
    redis_server: RedisServer, albums: AlbumStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album_feeds, "REVOCATION_SECONDS", 0.05)
    revoked = Signal()

    async def test(changes: ChangeSubscriber) -> None:
        feeds = AlbumFeeds(albums, changes)
        follower = feeds.follow(ALBUM, OWNER, albums.last_event(ALBUM), revoked.is_set)
        upcoming = asyncio.create_task(take(follower, 1))
        await asyncio.sleep(0.2)
        assert not upcoming.done()
        revoked.set()
        with pytest.raises(StopAsyncIteration):
            await upcoming
        assert not feeds._feeds

    with_changes(redis_server.url, test)


def test_an_owner_has_a_limit_of_event_streams_and_others_have_their_own(
    redis_server: RedisServer, albums: AlbumStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album_feeds, "MAX_FOLLOWERS", 1)

    async def test(changes: ChangeSubscriber) -> None:
        feeds, start = AlbumFeeds(albums, changes), albums.last_event(ALBUM)
        add(albums, 1)
        follower = feeds.follow(ALBUM, OWNER, start, never)
        await anext(follower)
        with pytest.raises(LimitReached):
            feeds.ensure_room(OWNER)
        feeds.ensure_room("bob")
        await follower.aclose()  # type: ignore[attr-defined]  # an async generator
        feeds.ensure_room(OWNER)

    with_changes(redis_server.url, test)
