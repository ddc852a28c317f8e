"""Photos a second, on a real server: only time in which photos waited counts."""

import pytest
import redis
from tests.support.clock import Clock
from tests.support.critiques import make_photo

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.photo import PhotoState
from critic_core.stores.jobs import JobStore
from critic_core.stores.throughput import MIN_PHOTOS, Load, Throughput

PROBLEM = PhotoCorrupt().problem()


@pytest.fixture
def store(client: "redis.Redis", clock: Clock) -> JobStore:
    return JobStore(client, clock)


def wait(store: JobStore, photos: int) -> list[str]:
    """So many new photos; their ids."""
    ids = []
    for _ in range(photos):
        photo = make_photo(PhotoState.queued)
        store.create(photo)
        ids.append(photo.id)
    return ids


def answer(store: JobStore, clock: Clock, photo_ids: list[str], seconds: float) -> None:
    """One after the other, each so long after the one before."""
    for photo_id in photo_ids:
        clock.now += seconds
        store.fail(photo_id, PROBLEM)


def test_photos_finished_under_load_give_the_throughput(store: JobStore, clock: Clock) -> None:
    answer(store, clock, wait(store, 200)[:150], 0.05)
    load = store.load()
    assert load.backlog == 50
    assert load.per_second == pytest.approx(20, rel=0.01)
    assert load.wait_seconds() == pytest.approx(2.5, rel=0.01)


def test_idle_time_does_not_count(store: JobStore, clock: Clock) -> None:
    answer(store, clock, wait(store, 100), 0.05)
    for _ in range(20):
        answer(store, clock, wait(store, 1), 10)  # nobody else waits
    assert store.load().per_second == pytest.approx(20, rel=0.01)


def test_it_is_unknown_before_enough_photos_are_finished(store: JobStore, clock: Clock) -> None:
    answer(store, clock, wait(store, 10)[: int(MIN_PHOTOS)], 0.05)
    load = store.load()
    assert load.per_second is None
    assert load.wait_seconds() == 0


def test_it_falls_while_photos_are_queued_and_none_is_finished(store: JobStore, clock: Clock) -> None:
    waiting = wait(store, 220)
    answer(store, clock, waiting[:150], 0.05)
    clock.now += 60
    stuck = store.load().per_second
    assert stuck is not None
    assert stuck < 0.1
    answer(store, clock, waiting[150:210], 0.5)
    assert store.load().per_second == pytest.approx(2, rel=0.1), "half a minute after an outage it is what it is again"


def test_it_is_forgotten(store: JobStore, clock: Clock, client: "redis.Redis") -> None:
    answer(store, clock, wait(store, 100), 0.05)
    assert 0 < int(client.ttl("critic:throughput")) <= 300  # type: ignore[arg-type]  # redis-py types every form at once


def test_a_second_answer_does_not_count(store: JobStore, clock: Clock, client: "redis.Redis") -> None:
    first, *_ = wait(store, 20)
    for _ in range(10):
        store.fail(first, PROBLEM)
    assert client.hget("critic:throughput", "photos") is None


def test_nothing_known_is_no_wait() -> None:
    assert Throughput.read([None, None, None]).per_second(0) is None
    assert Load(1000, None).wait_seconds() == 0
