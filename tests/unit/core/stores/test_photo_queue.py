"""The order of queued photos on a real server: lanes, owners, models, repeated tickets, dead workers."""

import time
from collections.abc import Callable
from itertools import count

import pytest
import redis
from tests.support.critiques import make_photo

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.photo import CRITIQUE_QUEUE, Lane, PhotoState
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import (
    BATCH_INTERVAL,
    LEASE_SECONDS,
    MAX_BATCH_BYTES,
    BatchSlots,
    PhotoQueue,
    measure_load,
)
from critic_core.stores.photo_queue_lua import MAX_SIGNALS, SIGNALS
from critic_core.stores.throughput import Depth

Add = Callable[..., list[str]]


@pytest.fixture
def queue(client: "redis.Redis") -> PhotoQueue:
    return PhotoQueue(client)


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


@pytest.fixture
def add(queue: PhotoQueue, jobs: JobStore) -> Add:
    """Enqueue photos of an owner; returns their ids."""

    def enqueue(owner: str, photos: int = 1, lane: Lane = Lane.batch, **fields: object) -> list[str]:
        fields |= {"owner": owner, "lane": lane}
        queued = [make_photo(PhotoState.queued).model_copy(update=fields) for _ in range(photos)]
        for photo in queued:
            jobs.create(photo)
        queue.enqueue([photo.id for photo in queued], "r-1", "00-trace-span-01")
        return [photo.id for photo in queued]

    return enqueue


def claims(queue: PhotoQueue, limit: int = 1) -> list[list[str]]:
    """All claims until the queue is empty."""
    claimed = []
    for ticket in count():
        photo_ids = list(queue.claim(f"t{ticket}", "w", limit).photo_ids)
        if not photo_ids:
            return claimed
        claimed.append(photo_ids)
    raise AssertionError


# -- order ------------------------------------------------------------------------------------------------------------


def test_owners_take_turns_and_each_owner_is_first_in_first_out(queue: PhotoQueue, add: Add) -> None:
    flood, few = add("flood", 4), add("few", 2)
    assert claims(queue) == [[flood[0]], [few[0]], [flood[1]], [few[1]], [flood[2]], [flood[3]]]


def test_a_late_owner_waits_for_one_claim_of_another(queue: PhotoQueue, add: Add) -> None:
    add("flood", 300)
    queue.claim("t", "w", 1)
    (late,) = add("late")
    assert late in [queue.claim(f"u{number}", "w", 1).photo_ids[0] for number in range(2)]


def test_interactive_photos_go_first_and_batches_never_starve(queue: PhotoQueue, add: Add) -> None:
    batch = add("flood", 3)
    interactive = set(add("person", 3 * BATCH_INTERVAL, Lane.interactive))
    order = [photo_id for (photo_id,) in claims(queue)]
    assert order[0] in interactive
    assert [order.index(photo_id) + 1 for photo_id in batch] == [BATCH_INTERVAL, 2 * BATCH_INTERVAL, 3 * BATCH_INTERVAL]


def test_a_claim_has_photos_of_one_owner_and_one_model(queue: PhotoQueue, add: Add) -> None:
    first, other_model, second = add("a", 3), add("a", 1, model="m"), add("b", 1)
    assert claims(queue, limit=8) == [first, second, other_model]


def test_interactive_photos_are_claimed_alone(queue: PhotoQueue, add: Add) -> None:
    add("person", 3, Lane.interactive)
    assert [len(photo_ids) for photo_ids in claims(queue, limit=4)] == [1, 1, 1]


def test_large_photos_are_claimed_alone(queue: PhotoQueue, add: Add) -> None:
    add("a", 2, size_bytes=MAX_BATCH_BYTES + 1)
    add("a", 4, size_bytes=MAX_BATCH_BYTES // 2)
    assert [len(photo_ids) for photo_ids in claims(queue, limit=8)] == [1, 1, 2, 2]


def test_deleted_and_finished_photos_leave_the_queue(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    deleted, finished, queued = add("a", 3)
    jobs.delete(deleted)
    jobs.fail(finished, PhotoCorrupt().problem())
    assert queue.queued() == 1
    assert claims(queue) == [[queued]]


def test_expired_photos_are_skipped(queue: PhotoQueue, client: "redis.Redis", add: Add) -> None:
    expired, queued = add("a", 2)
    client.delete(f"critic:photo:{expired}")
    assert claims(queue) == [[queued]]
    assert queue.queued() == 0


def test_an_owner_whose_only_photo_was_deleted_has_one_turn_later(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    (deleted,) = add("a")
    jobs.delete(deleted)
    first, second = add("a", 2)
    (neighbour,) = add("b")
    assert claims(queue) == [[first], [neighbour], [second]]


# -- slots of a worker ------------------------------------------------------------------------------------------------

ONE_SLOT = BatchSlots(1, 60)


def test_batches_never_take_the_last_process_of_a_worker(queue: PhotoQueue, add: Add) -> None:
    first, second = add("flood", 2)
    assert queue.claim("t1", "w", 1, ONE_SLOT).photo_ids == (first,)
    blocked = queue.claim("t2", "w", 1, ONE_SLOT)
    assert (blocked.photo_ids, blocked.remaining) == ((), 1)
    (interactive,) = add("person", 1, Lane.interactive)
    assert queue.claim("t2", "w", 1, ONE_SLOT).photo_ids == (interactive,)
    assert queue.claim("t3", "another worker", 1, ONE_SLOT).photo_ids == (second,)


def test_a_finished_claim_frees_its_slot(queue: PhotoQueue, add: Add) -> None:
    _, second = add("flood", 2)
    queue.claim("t1", "w", 1, ONE_SLOT)
    queue.finish("t1", "w")
    assert queue.claim("t2", "w", 1, ONE_SLOT).photo_ids == (second,)


def test_interactive_photos_take_no_slot_and_a_flood_of_them_leaves_batches_theirs(queue: PhotoQueue, add: Add) -> None:
    (batch,) = add("flood")
    add("person", 2 * BATCH_INTERVAL, Lane.interactive)
    claimed = [queue.claim(f"t{number}", "w", 1, ONE_SLOT).photo_ids for number in range(BATCH_INTERVAL)]
    assert claimed[-1] == (batch,)
    assert all(claimed)


def test_a_repeated_ticket_keeps_its_slot_and_moves_it_to_another_worker(queue: PhotoQueue, add: Add) -> None:
    first, second = add("flood", 2)
    for worker in ("w", "w", "v"):
        assert queue.claim("t1", worker, 1, ONE_SLOT).photo_ids == (first,)
    assert queue.claim("t2", "v", 1, ONE_SLOT).photo_ids == ()
    assert queue.claim("t2", "w", 1, ONE_SLOT).photo_ids == (second,)


def test_a_slot_that_was_never_freed_expires(queue: PhotoQueue, add: Add) -> None:
    _, second = add("flood", 2)
    queue.claim("lost", "w", 1, ONE_SLOT)
    later = PhotoQueue(queue._redis, clock=lambda: time.time() + 61)
    assert later.claim("t", "w", 1, ONE_SLOT).photo_ids == (second,)


def seconds_of_wait(queue: PhotoQueue) -> float:
    began = time.monotonic()
    queue.wait(2)
    return time.monotonic() - began


def test_a_wait_ends_with_an_interactive_photo_alone(queue: PhotoQueue, add: Add) -> None:
    add("flood")
    assert seconds_of_wait(queue) >= 2
    add("person", 1, Lane.interactive)
    assert seconds_of_wait(queue) < 1


def test_a_wait_ends_with_a_free_slot_unless_a_ticket_is_in_the_queue(
    queue: PhotoQueue, add: Add, client: "redis.Redis"
) -> None:
    add("flood", 2)
    for ticket in ("t1", "t2"):
        queue.claim(ticket, "w", 1)
    client.rpush(CRITIQUE_QUEUE, "ticket")
    queue.finish("t1", "w")
    assert seconds_of_wait(queue) >= 2
    client.delete(CRITIQUE_QUEUE)
    queue.finish("t2", "w")
    assert seconds_of_wait(queue) < 1


def test_signals_are_bounded(queue: PhotoQueue, add: Add, client: "redis.Redis") -> None:
    add("person", 2 * MAX_SIGNALS, Lane.interactive)
    assert client.llen(SIGNALS) == MAX_SIGNALS


# -- requeues ---------------------------------------------------------------------------------------------------------


def test_a_photo_of_an_unavailable_service_goes_to_the_back(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    first, second = add("a", 2)
    queue.claim("t", "w", 1)
    jobs.requeue(first, 9)
    assert claims(queue) == [[second], [first]]


def test_photos_of_a_split_batch_go_to_the_front_and_are_claimed_alone(
    queue: PhotoQueue, jobs: JobStore, add: Add
) -> None:
    first, second, third, fourth = add("a", 4)
    queue.claim("t", "w", 2)
    for photo_id in (second, first):
        assert jobs.requeue_alone(photo_id)
    assert jobs.get(first).claims == 0
    assert claims(queue, limit=4) == [[first], [second], [third, fourth]]


def test_a_photo_is_queued_once(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    (photo_id,) = add("a")
    queue.enqueue([photo_id])
    assert not jobs.requeue_expired_lease(photo_id, -1)  # queued for long, but in its place
    assert claims(queue) == [[photo_id]]


# -- tickets ----------------------------------------------------------------------------------------------------------


def test_a_repeated_ticket_has_the_same_photos_until_it_is_finished(queue: PhotoQueue, add: Add) -> None:
    first, second = add("a", 2)
    once, again = (queue.claim("t", worker, 1) for worker in ("w1", "w2"))
    assert (once.photo_ids, once.repeated, once.remaining) == ((first,), False, 1)
    assert (again.photo_ids, again.repeated) == ((first,), True)
    assert queue.photos_of_ticket("t") == [first]
    queue.finish("t", "w2")
    assert queue.claim("t", "w1", 1).photo_ids == (second,)


def test_results_of_all_photos_end_their_ticket(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    first, second = add("a", 2)
    queue.claim("t", "w", 2, ONE_SLOT)
    assert jobs.fail(first, PhotoCorrupt().problem())
    assert queue.photos_of_ticket("t") == [first, second]
    (third,) = add("a")
    assert queue.claim("u", "w", 1, ONE_SLOT).photo_ids == ()
    assert jobs.fail(second, PhotoCorrupt().problem())
    assert queue.photos_of_ticket("t") == []
    assert queue.claim("u", "w", 1, ONE_SLOT).photo_ids == (third,)


def test_a_requeued_photo_keeps_its_ticket_open(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    first, second = add("a", 2)
    queue.claim("t", "w", 2)
    jobs.requeue(second, 9)
    jobs.fail(first, PhotoCorrupt().problem())
    assert queue.photos_of_ticket("t") == [first, second]


def test_a_photo_without_a_requeue_left_stays_with_its_ticket(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    add("a")
    (photo_id,) = queue.claim("t", "w", 1, ONE_SLOT).photo_ids
    assert not jobs.requeue(photo_id, 0)
    assert queue.claim("u", "v", 1).photo_ids == ()
    jobs.fail(photo_id, PhotoCorrupt().problem())
    assert queue.photos_of_ticket("t") == []
    later = add("a")
    assert queue.claim("t", "w", 1, ONE_SLOT).photo_ids == tuple(later)


def test_a_claim_has_requests_and_traces_of_the_uploads(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    add("a", 2)
    claimed = queue.claim("t", "w", 2)
    assert (claimed.request_ids, claimed.traceparents) == (("r-1",), ("00-trace-span-01",))


def test_an_empty_queue_leaves_no_key(queue: PhotoQueue, add: Add, client: "redis.Redis") -> None:
    add("a", 2)
    for number in range(3):
        queue.claim(f"t{number}", "w", 1)
        queue.finish(f"t{number}", "w")
    client.delete(SIGNALS)  # expire after a second
    assert client.keys("critic:queue:*") == ["critic:queue:workers"]


# -- dead workers -----------------------------------------------------------------------------------------------------


def test_photos_of_a_dead_worker_are_next_and_their_deliveries_count(
    queue: PhotoQueue, jobs: JobStore, add: Add
) -> None:
    running, claimed, waiting = add("a", 3)
    for ticket in ("t1", "t2"):
        queue.claim(ticket, "dead", 1)
    assert queue.recover("dead") == []
    queue.end_lease("dead")
    assert sorted(queue.recover("dead")) == sorted([running, claimed])
    assert (jobs.get(running).state, jobs.get(running).claims) == (PhotoState.queued, 1)
    assert queue.workers() == []
    assert claims(queue)[2] == [waiting]


def test_a_batch_of_a_dead_worker_is_claimed_one_by_one(queue: PhotoQueue, add: Add) -> None:
    photo_ids = add("a", 3)
    queue.claim("t", "dead", 3)
    queue.end_lease("dead")
    assert queue.recover("dead") == photo_ids[::-1]
    assert claims(queue, limit=3) == [[photo_id] for photo_id in photo_ids]


def test_photos_that_another_worker_has_are_left_alone(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    finished, repeated, reclaimed = add("a", 3)
    for ticket in ("t1", "t2", "t3"):
        queue.claim(ticket, "dead", 1)
    jobs.fail(finished, PhotoCorrupt().problem())
    queue.claim("t2", "living", 1)
    jobs.requeue_expired_lease(reclaimed, -1)
    queue.claim("t4", "living", 1)
    queue.end_lease("dead")
    assert queue.recover("dead") == []
    assert queue.photos_of_ticket("t2") == [repeated]


def test_a_claim_refreshes_the_lease(queue: PhotoQueue, add: Add, client: "redis.Redis") -> None:
    add("a")
    queue.claim("t", "w", 1)
    assert 0 < int(client.pttl("critic:worker:w")) <= 1000 * LEASE_SECONDS  # type: ignore[arg-type]  # redis-py types every form at once


# -- measurements -----------------------------------------------------------------------------------------------------


def test_depths_are_by_lane_and_owner(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    add("a", 3)
    add("b", 1, Lane.interactive)
    assert queue.depths() == (Depth(Lane.interactive, "b", 1), Depth(Lane.batch, "a", 3))
    assert measure_load(jobs, queue).backlog == 4


def test_the_age_of_the_oldest_photo_counts_from_its_upload(queue: PhotoQueue, jobs: JobStore, add: Add) -> None:
    (photo_id,) = add("a")
    add("a")
    queue.claim("t", "w", 1)
    jobs.requeue(photo_id, 9)
    later = PhotoQueue(queue._redis, clock=lambda: time.time() + 100)
    status = later.lanes()[Lane.batch]
    assert (status.photos, status.oldest_seconds) == (2, pytest.approx(100, abs=5))
    assert later.lanes()[Lane.interactive].oldest_seconds == 0
