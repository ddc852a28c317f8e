"""Stored routing, comparisons, and the version pinned to an album."""

from datetime import UTC, datetime, timedelta

import redis

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_id
from critic_core.contracts.routing import Routing, ScorePair, TrafficSplit
from critic_core.stores import routing
from critic_core.stores.albums import AlbumStore, album_key
from critic_core.stores.routing import RoutingStore


def pair(score: float) -> ScorePair:
    return ScorePair(
        photo=new_id(),
        score=score,
        percentile=score,
        pleasing=True,
        candidate_score=1,
        candidate_percentile=1,
        candidate_pleasing=False,
    )


def test_a_stored_routing_holds_until_reset(client: "redis.Redis") -> None:
    store, chosen = RoutingStore(client), Routing(canary=TrafficSplit(version="2", percent=10), withdrawn=("3",))
    assert store.get("aesthetics") is None
    store.save("aesthetics", chosen)
    assert (store.get("aesthetics"), store.get("second")) == (chosen, None)
    store.save("aesthetics", None)
    assert store.get("aesthetics") is None


def album(client: "redis.Redis") -> Album:
    now = datetime.now(UTC)
    made = Album(
        id=new_id(),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        counts=Counts(photos=0, pending=0, done=0, failed=0),
    )
    AlbumStore(client).create(made)
    return made


def test_an_album_keeps_its_version_while_available(client: "redis.Redis") -> None:
    made, store = album(client), RoutingStore(client)
    key = album_key(made.id)
    for preferred, available, pinned in (
        ("1", ["1"], "1"),
        ("2", ["1", "2"], "1"),
        ("2", ["2"], "2"),
        ("1", ["1", "2"], "2"),
    ):
        assert store.pin_albums({key: preferred}, available) == {key: pinned}
    assert AlbumStore(client).get(made.id) == made


def test_every_album_has_its_own_version(client: "redis.Redis") -> None:
    store, (first, second, third) = RoutingStore(client), (album_key(album(client).id) for _ in range(3))
    assert store.pin_albums({first: "1", second: "2"}, ["1", "2"]) == {first: "1", second: "2"}
    versions = store.pin_albums({third: "1", second: "1", first: "2"}, ["1", "2"])
    assert versions == {first: "1", second: "2", third: "1"}


def test_a_deleted_album_does_not_come_back(client: "redis.Redis") -> None:
    deleted = album_key("deleted")
    assert RoutingStore(client).pin_albums({deleted: "1"}, ["1"]) == {deleted: "1"}
    assert client.keys("*deleted*") == []


def test_comparisons_are_bounded_and_expire(client: "redis.Redis") -> None:
    store = RoutingStore(client)
    for number in range(3):
        store.save_pair("aesthetics", "1", "2", pair(number))
    assert [pair.score for pair in store.pairs("aesthetics", "1", "2")] == [2, 1, 0]
    (name,) = client.keys("*pairs*")
    assert 0 < client.ttl(name) <= routing.PAIRS_TTL_SECONDS  # type: ignore[operator]  # redis-py types both its clients at once
    for number in range(3):
        client.lpush(name, *[pair(number).model_dump_json()] * 2000)
    store.save_pair("aesthetics", "1", "2", pair(9))
    assert client.llen(name) == routing.MAX_PAIRS
