"""Leases of workers on a real queue server, at a time that the test sets."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from tests.support.clock import Clock

from critic_core.contracts.errors import QueueUnavailable
from critic_core.stores.photo_queue import LEASE_SECONDS, PhotoQueue
from critic_worker.context import WorkerContext
from critic_worker.maintenance.lease import WorkerLease
from critic_worker.settings import WorkerSettings

Upload = Callable[..., str]
Queued = Callable[[], list[str]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lease(context: WorkerContext, clock: Clock) -> WorkerLease:
    return WorkerLease(context, clock)


def claim(context: WorkerContext, upload: Upload, worker: str) -> str:
    photo_id = upload()
    context.queue.enqueue([photo_id])
    context.queue.claim("t", worker, 1)
    return photo_id


def run_for(lease: WorkerLease, clock: Clock, seconds: float) -> None:
    for _ in range(int(seconds)):
        lease.run()
        clock.now += 1


def test_photos_of_a_killed_worker_are_requeued_with_tickets(
    context: WorkerContext, lease: WorkerLease, clock: Clock, upload: Upload, queued: Queued, tickets: list[int]
) -> None:
    photo_id = claim(context, upload, "killed/1")
    run_for(lease, clock, LEASE_SECONDS + 2)
    assert queued() == []
    context.queue.end_lease("killed/1")  # as after LEASE_SECONDS
    lease.run()
    assert (queued(), tickets) == ([photo_id], [1])


def test_nobody_is_dead_right_after_a_pause(
    context: WorkerContext, lease: WorkerLease, clock: Clock, upload: Upload, queued: Queued
) -> None:
    """Redis was away, or this worker was: the leases of living workers have expired, too."""
    run_for(lease, clock, LEASE_SECONDS + 2)
    photo_id = claim(context, upload, "living/1")
    context.queue.end_lease("living/1")
    clock.now += LEASE_SECONDS
    run_for(lease, clock, LEASE_SECONDS)
    assert queued() == []
    run_for(lease, clock, 2)
    assert queued() == [photo_id]


def test_a_restarted_worker_recovers_its_own_photos_at_once(
    context: WorkerContext, lease: WorkerLease, upload: Upload, queued: Queued
) -> None:
    own = claim(context, upload, "tested/before")
    foreign = context.queue.claim("u", "tested-2/before", 1)
    lease.run()
    assert (queued(), foreign.photo_ids) == ([own], ())


def test_a_start_has_a_lease_of_its_own() -> None:
    assert WorkerSettings(worker_name="a").lease_name != WorkerSettings(worker_name="a").lease_name


def test_no_lease_without_redis(context: WorkerContext, clock: Clock) -> None:
    down = PhotoQueue(redis.Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True))
    with pytest.raises(QueueUnavailable):
        WorkerLease(replace(context, queue=down), clock).run()
