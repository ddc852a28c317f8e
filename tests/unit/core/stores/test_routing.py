"""Wishes, comparisons, and the version that an album stays with."""

from datetime import UTC, datetime, timedelta

import redis

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.routing import Pair, Routing, TrafficSplit
from critic_core.stores import routing
from critic_core.stores.albums import AlbumStore, album_key
from critic_core.stores.routing import RoutingStore


def pair(score: float) -> Pair:
    return Pair(
        photo=new_photo_id(),
        score=score,
        percentile=score,
        pleasing=True,
        other_score=1,
        other_percentile=1,
        other_pleasing=False,
    )


def test_a_wish_counts_until_it_is_taken_back(client: "redis.Redis") -> None:
    store, wish = RoutingStore(client), Routing(canary=TrafficSplit(version="2", percent=10), withdrawn=("3",))
    assert store.get("aesthetics") is None
    store.wish("aesthetics", wish)
    assert (store.get("aesthetics"), store.get("second")) == (wish, None)
    store.wish("aesthetics", None)
    assert store.get("aesthetics") is None


def album(client: "redis.Redis") -> Album:
    now = datetime.now(UTC)
    made = Album(
        id=new_photo_id(),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        counts=Counts(photos=0, pending=0, done=0, failed=0),
    )
    AlbumStore(client).create(made)
    return made


def test_an_album_stays_with_a_version_while_that_may_answer(client: "redis.Redis") -> None:
    made, store = album(client), RoutingStore(client)
    key = album_key(made.id)
    for wanted, able, told in (
        ("1", ["1"], "1"),
        ("2", ["1", "2"], "1"),
        ("2", ["2"], "2"),
        ("1", ["1", "2"], "2"),
    ):
        assert store.pin_albums({key: wanted}, able) == {key: told}
    assert AlbumStore(client).get(made.id) == made


def test_each_of_several_albums_has_its_own_version(client: "redis.Redis") -> None:
    store, (one, other, third) = RoutingStore(client), (album_key(album(client).id) for _ in range(3))
    assert store.pin_albums({one: "1", other: "2"}, ["1", "2"]) == {one: "1", other: "2"}
    told = store.pin_albums({third: "1", other: "1", one: "2"}, ["1", "2"])
    assert told == {one: "1", other: "2", third: "1"}


def test_an_album_that_is_gone_does_not_come_back(client: "redis.Redis") -> None:
    gone = album_key("gone")
    assert RoutingStore(client).pin_albums({gone: "1"}, ["1"]) == {gone: "1"}
    assert client.keys("*gone*") == []


def test_comparisons_are_bounded_and_forgotten(client: "redis.Redis") -> None:
    store = RoutingStore(client)
    for number in range(3):
        store.save_pair("aesthetics", "1", "2", pair(number))
    assert [each.score for each in store.pairs("aesthetics", "1", "2")] == [2, 1, 0]
    (name,) = client.keys("*pairs*")
    assert 0 < client.ttl(name) <= routing.PAIRS_TTL_SECONDS  # type: ignore[operator]  # redis-py types both its clients at once
    for number in range(3):
        client.lpush(name, *[pair(number).model_dump_json()] * 2000)
    store.save_pair("aesthetics", "1", "2", pair(9))
    assert client.llen(name) == routing.PAIRS_KEPT
