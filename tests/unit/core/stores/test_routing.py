"""Wishes, comparisons, and the version that an album stays with."""

from datetime import UTC, datetime, timedelta

import redis

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.routing import Pair, Routing, Share
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
    store, wish = RoutingStore(client), Routing(canary=Share(version="2", percent=10), withdrawn=("3",))
    assert store.wished("aesthetics") is None
    store.wish("aesthetics", wish)
    assert (store.wished("aesthetics"), store.wished("second")) == (wish, None)
    store.wish("aesthetics", None)
    assert store.wished("aesthetics") is None


def album(client: "redis.Redis") -> Album:
    now = datetime.now(UTC)
    made = Album(
        id=new_photo_id(),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        counts=Counts(photos=0, waiting=0, done=0, failed=0),
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
        assert store.stick({key: wanted}, able) == {key: told}
    assert AlbumStore(client).get(made.id) == made


def test_each_of_several_albums_has_its_own_version(client: "redis.Redis") -> None:
    store, (one, other, third) = RoutingStore(client), (album_key(album(client).id) for _ in range(3))
    assert store.stick({one: "1", other: "2"}, ["1", "2"]) == {one: "1", other: "2"}
    told = store.stick({third: "1", other: "1", one: "2"}, ["1", "2"])
    assert told == {one: "1", other: "2", third: "1"}


def test_an_album_that_is_gone_does_not_come_back(client: "redis.Redis") -> None:
    gone = album_key("gone")
    assert RoutingStore(client).stick({gone: "1"}, ["1"]) == {gone: "1"}
    assert client.keys("*gone*") == []


def test_comparisons_are_bounded_and_forgotten(client: "redis.Redis") -> None:
    store = RoutingStore(client)
    for number in range(3):
        store.keep_pair("aesthetics", "1", "2", pair(number))
    assert [each.score for each in store.pairs("aesthetics", "1", "2")] == [2, 1, 0]
    (name,) = client.keys("*pairs*")
    assert 0 < client.ttl(name) <= routing.PAIRS_TTL_SECONDS  # type: ignore[operator]  # redis-py types both its clients at once
    for number in range(3):
        client.lpush(name, *[pair(number).model_dump_json()] * 2000)
    store.keep_pair("aesthetics", "1", "2", pair(9))
    assert client.llen(name) == routing.PAIRS_KEPT
