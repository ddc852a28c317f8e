"""Results of album queries: a bounded cache per album and per owner."""

from datetime import timedelta

import pytest
import redis
from tests.support.clock import NOW, Clock

from critic_core.contracts.album import Album, Counts
from critic_core.stores.album_results import (
    RESULT_TTL_SECONDS,
    AlbumResultStore,
    ResultLimits,
    ResultSection,
    SectionKey,
)
from critic_core.stores.albums import AlbumStore

LIMITS = ResultLimits(album_results=3, owner_bytes=1000)


@pytest.fixture
def results(client: "redis.Redis", clock: Clock) -> AlbumResultStore:
    store = AlbumStore(client, clock)
    for album_id, owner in (("a1", "ann"), ("a2", "ann"), ("b1", "ben")):
        counts = Counts(photos=0, pending=0, done=0, failed=0)
        store.create(
            Album(id=album_id, owner=owner, created_at=NOW, expires_at=NOW + timedelta(days=9000), counts=counts)
        )
    return AlbumResultStore(client, LIMITS, clock)


def save(results: AlbumResultStore, album_id: str, query: str, rows: int = 1, revision: int = 1) -> str:
    """The token of a new result of ten bytes a row."""
    results.save(album_id, query, revision, 0, {"rows": ResultSection("{}", ["0123456789"] * rows)})
    stored = results.latest(album_id, query)
    return stored.token if stored else ""


def exists(results: AlbumResultStore, album_id: str, query: str, token: str) -> bool:
    return results.section(SectionKey(album_id, query, "rows"), token, 0, 10) is not None


def test_the_least_recently_used_result_of_an_album_is_evicted(results: AlbumResultStore, clock: Clock) -> None:
    tokens = {}
    for query in ("q1", "q2", "q3"):
        clock.now += 1
        tokens[query] = save(results, "a1", query)
    clock.now += 1
    assert exists(results, "a1", "q1", tokens["q1"])  # used
    clock.now += 1
    tokens["q4"] = save(results, "a1", "q4")
    assert [exists(results, "a1", query, token) for query, token in tokens.items()] == [True, False, True, True]
    assert results.latest("a1", "q2") is None


def test_the_results_of_an_owner_have_a_size(results: AlbumResultStore, clock: Clock) -> None:
    first = save(results, "a1", "q1", rows=60)
    bens = save(results, "b1", "q1", rows=60)
    clock.now += 1
    second = save(results, "a2", "q1", rows=60)
    assert not exists(results, "a1", "q1", first)
    assert exists(results, "a2", "q1", second)
    assert exists(results, "b1", "q1", bens)


def test_a_result_over_the_size_is_alone(results: AlbumResultStore) -> None:
    assert exists(results, "a1", "q1", save(results, "a1", "q1", rows=500))


def test_a_replaced_result_stays_for_its_readers_and_counts(results: AlbumResultStore, clock: Clock) -> None:
    old = save(results, "a1", "q1")
    clock.now += 1
    assert save(results, "a1", "q1", revision=2) != old
    assert exists(results, "a1", "q1", old)


def test_an_older_result_leaves_nothing(results: AlbumResultStore, client: "redis.Redis") -> None:
    save(results, "a1", "q1", revision=2)
    names = set(client.scan_iter(match="critic:album:*:result:*"))
    save(results, "a1", "q1", revision=1)
    assert set(client.scan_iter(match="critic:album:*:result:*")) == names


def test_a_result_of_a_deleted_album_leaves_nothing(results: AlbumResultStore, client: "redis.Redis") -> None:
    assert save(results, "gone", "q1") == ""
    assert not list(client.scan_iter(match="*gone*"))


def test_expired_results_do_not_count(results: AlbumResultStore, client: "redis.Redis", clock: Clock) -> None:
    save(results, "a1", "q1", rows=60)
    clock.now += RESULT_TTL_SECONDS + 1
    save(results, "a2", "q1", rows=30)
    assert client.hget("critic:owner:ann:results:sizes", "total") == str(30 * 10 + 2)


@pytest.mark.parametrize("expired", [True, False])
def test_results_are_deleted_with_their_album(results: AlbumResultStore, client: "redis.Redis", expired: bool) -> None:
    albums = AlbumStore(client)
    save(results, "a1", "q1")
    token = save(results, "a2", "q1")
    if expired:  # Redis has dropped the album with its owner's name
        client.delete("critic:album:a1")
        albums.purge("a1")
    else:
        albums.mark_deleted("a1")
    assert list(client.scan_iter(match="*a1:result*")) == []
    assert client.zrange("critic:owner:ann:results", 0, -1) == [f"a2 q1 {token}"]
    assert client.hget("critic:owner:ann:results:sizes", "total") == "12"
    albums.mark_deleted("a2")
    assert list(client.scan_iter(match="*result*")) == []
