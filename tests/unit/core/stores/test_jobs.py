"""The job store on a real server: every change of state, and the changes that must not happen."""

from datetime import timedelta

import pytest
import redis
from tests.support.claims import claim
from tests.support.clock import NOW, Clock
from tests.support.ports import free_port

from critic_core.contracts.errors import PhotoCorrupt, PhotoNotFound, PhotoPoison, QueueUnavailable
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import Claim, PhotoQueue


@pytest.fixture
def store(client: "redis.Redis", clock: Clock) -> JobStore:
    return JobStore(client, clock)


@pytest.fixture
def queue(client: "redis.Redis", clock: Clock) -> PhotoQueue:
    return PhotoQueue(client, clock)


@pytest.fixture
def photo(store: JobStore) -> Photo:
    photo = Photo(
        id=new_id(),
        state=PhotoState.queued,
        file_name="a.jpg",
        media_type="image/jpeg",
        size_bytes=1,
        sha256="0" * 64,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    store.create(photo)
    return photo


def test_what_is_created_is_what_is_got(store: JobStore, photo: Photo) -> None:
    assert store.get(photo.id) == photo


def test_a_photo_that_was_never_here_is_not_found(store: JobStore) -> None:
    with pytest.raises(PhotoNotFound):
        store.get(new_id())


def test_the_backlog_counts_what_is_queued_and_what_is_running(
    store: JobStore, queue: PhotoQueue, photo: Photo
) -> None:
    assert store.backlog() == 1
    claim(queue, [photo.id])
    assert store.backlog() == 1
    store.fail(photo.id, PhotoCorrupt().problem())
    assert store.backlog() == 0


def test_the_oldest_queued_photo_ages(store: JobStore, queue: PhotoQueue, photo: Photo, clock: Clock) -> None:
    clock.now += 42
    assert store.oldest_queued_seconds() == pytest.approx(42)
    claim(queue, [photo.id])
    assert store.oldest_queued_seconds() == 0


def test_a_photo_is_finished_once(store: JobStore, queue: PhotoQueue, photo: Photo) -> None:
    claim(queue, [photo.id])
    assert store.fail(photo.id, PhotoCorrupt().problem())
    assert not store.fail(photo.id, PhotoPoison().problem())
    assert claim(queue, [photo.id]) == ()
    stored = store.get(photo.id)
    assert stored.problem is not None
    assert stored.problem.code == "photo_corrupt"


def test_a_deleted_photo_gets_no_answer_and_leaves_no_trace(
    store: JobStore, queue: PhotoQueue, photo: Photo, client: "redis.Redis"
) -> None:
    claim(queue, [photo.id], "t")
    assert store.delete(photo.id)
    assert not store.fail(photo.id, PhotoCorrupt().problem())
    assert claim(queue, [photo.id], "again") == ()
    queue.finish("t", "tested")
    assert [key for key in client.keys("*") if not key.startswith(("critic:queue:", "critic:worker:"))] == []


def test_the_fourth_delivery_is_poison(store: JobStore, queue: PhotoQueue, photo: Photo) -> None:
    outcomes = [claim(queue, [photo.id], "t")[0].outcome for _ in range(4)]
    assert outcomes == [Claim.claimed] * 3 + [Claim.poison]


def test_a_requeued_photo_is_not_charged_a_delivery(store: JobStore, queue: PhotoQueue, photo: Photo) -> None:
    for _ in range(9):
        assert claim(queue, [photo.id])[0].outcome is Claim.claimed
        assert store.requeue(photo.id, 9)
    assert store.get(photo.id).claims == 0
    claim(queue, [photo.id])
    assert not store.requeue(photo.id, 9)
    assert store.get(photo.id).state is PhotoState.running


def test_a_full_queue_loses_no_dead_letter(store: JobStore, photo: Photo, client: "redis.Redis") -> None:
    store.move_to_dead_letters(photo.id, PhotoPoison().problem())
    client.config_set("maxmemory", "1kb")
    try:
        assert store.retry_dead_letter(photo.id)
    finally:
        client.config_set("maxmemory", 0)
    assert store.get(photo.id).state is PhotoState.queued


def test_a_dead_letter_is_listed_and_can_be_retried(store: JobStore, photo: Photo) -> None:
    store.move_to_dead_letters(photo.id, PhotoPoison().problem())
    assert store.dead_letters() == [photo.id]
    assert store.get(photo.id).state is PhotoState.failed
    assert store.retry_dead_letter(photo.id)
    assert store.dead_letters() == []
    again = store.get(photo.id)
    assert (again.state, again.problem, again.claims) == (PhotoState.queued, None, 0)
    assert not store.retry_dead_letter(photo.id)


def test_only_expired_leases_are_requeued_and_only_once(
    store: JobStore, queue: PhotoQueue, photo: Photo, clock: Clock
) -> None:
    claim(queue, [photo.id])
    clock.now += 60
    assert store.running_longer_than(75) == []
    assert not store.requeue_expired_lease(photo.id, 75)
    clock.now += 30
    assert store.running_longer_than(75) == [photo.id]
    assert store.requeue_expired_lease(photo.id, 75)
    assert not store.requeue_expired_lease(photo.id, 75)
    assert store.get(photo.id).claims == 1


def test_a_photo_expires_for_good_once_its_bytes_are_deleted(store: JobStore, photo: Photo, clock: Clock) -> None:
    assert store.expired() == []
    clock.now += 3601
    assert store.expired() == [photo.id]
    assert store.expired() == [photo.id]
    store.delete(photo.id)
    assert store.expired() == []


def test_an_unreachable_redis_is_reported_within_the_deadline() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as client, pytest.raises(QueueUnavailable):
        JobStore(client).backlog()
