"""Requeued and deleted photos, on a real queue server and a folder, at a time that the test sets."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import redis
from tests.support.albums import new_album
from tests.support.claims import claim
from tests.support.critiques import make_photo

from critic_core.contracts.errors import PhotoCorrupt, PhotoNotFound, QueueFull, StorageUnavailable
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import CRITIQUE_QUEUE, PhotoState
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.jobs import JobStore
from critic_worker.context import WorkerContext
from critic_worker.maintenance.reaper import TASK, Reaper
from critic_worker.maintenance.single_run import run_key

Upload = Callable[..., str]
Queued = Callable[[], list[str]]


@pytest.fixture
def reaper(context: WorkerContext, client: "redis.Redis") -> Reaper:
    return Reaper(context, client)


@pytest.fixture
def run_later(context: WorkerContext, client: "redis.Redis") -> Callable[[float], bool]:
    """A maintenance run so many seconds from now."""

    def run(seconds: float) -> bool:
        client.delete(run_key(TASK))
        jobs = JobStore(client, clock=lambda: time.time() + seconds)
        return Reaper(replace(context, jobs=jobs), client).run()

    return run


Later = Callable[[float], bool]


def test_a_photo_of_a_dead_worker_is_requeued_and_its_claim_counts(
    context: WorkerContext, reaper: Reaper, run_later: Later, upload: Upload, queued: Queued
) -> None:
    photo_id = upload()
    claim(context.queue, [photo_id])
    assert reaper.run()
    assert queued() == []
    run_later(context.settings.lease_seconds + 1)
    assert queued() == [photo_id]
    photo = context.jobs.get(photo_id)
    assert (photo.state, photo.claims) == (PhotoState.queued, 1)


def test_a_photo_that_was_never_enqueued_is_requeued_once(
    context: WorkerContext, client: "redis.Redis", run_later: Later, upload: Upload, queued: Queued, tickets: list[int]
) -> None:
    photo_id = upload()
    client.lpush(CRITIQUE_QUEUE, "a ticket")
    for _ in range(2):
        run_later(context.settings.lease_seconds + 1)
    assert (queued(), tickets) == ([photo_id], [1])


def test_photos_in_a_long_queue_are_left_alone(
    context: WorkerContext, client: "redis.Redis", run_later: Later, upload: Upload, tickets: list[int]
) -> None:
    context.queue.enqueue([upload()])
    client.lpush(CRITIQUE_QUEUE, "a ticket")
    run_later(10_000)
    assert tickets == []


def test_lost_tickets_are_replaced(context: WorkerContext, reaper: Reaper, upload: Upload, tickets: list[int]) -> None:
    context.queue.enqueue([upload(), upload()])
    reaper.run()
    assert tickets == [1, 1]


def test_one_worker_at_a_time_runs_maintenance(reaper: Reaper) -> None:
    assert (reaper.run(), reaper.run()) == (True, False)


def test_expired_photos_leave_nothing_behind(context: WorkerContext, run_later: Later, upload: Upload) -> None:
    photo_id = upload()
    context.storage.put(preview_key(photo_id), b"small")
    run_later(25 * 3600)
    for key in (photo_key(photo_id), preview_key(photo_id)):
        with pytest.raises(PhotoNotFound):
            context.storage.get(key)
    with pytest.raises(PhotoNotFound):
        context.jobs.get(photo_id)
    assert (context.jobs.backlog(), context.jobs.expired()) == (0, [])


def test_an_interrupted_deletion_is_repeated(
    context: WorkerContext, client: "redis.Redis", run_later: Later, upload: Upload
) -> None:
    class DownStorage(Storage):
        def delete(self, key: str) -> None:
            raise StorageUnavailable

    photo_id = upload()
    jobs = JobStore(client, clock=lambda: time.time() + 25 * 3600)
    down = replace(context, jobs=jobs, storage=DownStorage(context.storage._root))
    with pytest.raises(StorageUnavailable):
        Reaper(down, client).run()
    assert jobs.expired() == [photo_id]
    run_later(25 * 3600)
    assert context.jobs.backlog() == 0


def test_a_deleted_album_is_purged_with_its_photos_and_their_deliveries(
    context: WorkerContext, client: "redis.Redis", reaper: Reaper
) -> None:
    album = new_album()
    context.albums.create(album)
    photo = make_photo(PhotoState.queued).model_copy(update={"album": album.id, "callback_url": "https://a.example"})
    context.storage.put(photo_key(photo.id), b"photo")
    context.albums.add(photo, 10)
    context.jobs.fail(photo.id, PhotoCorrupt().problem())
    (entry,) = (deliveries := DeliveryStore(client)).outbox()
    deliveries.open(entry, Delivery(id="d1", type="photo.failed", timestamp=photo.created_at), photo.expires_at)
    context.albums.mark_deleted(album.id)
    reaper.run()
    assert deliveries.of(entry.subject) == []
    assert (context.albums.photos(album.id), context.albums.expired()) == ([], [])
    with pytest.raises(PhotoNotFound):
        context.jobs.get(photo.id)
    with pytest.raises(PhotoNotFound):
        context.storage.get(photo_key(photo.id))


def test_a_full_redis_gets_room_while_tickets_are_lost(
    context: WorkerContext, client: "redis.Redis", upload: Upload
) -> None:
    """No ticket fits into a full Redis; the expired photo goes nevertheless."""

    def full(_: int) -> None:
        raise QueueFull

    later = time.time() + 25 * 3600
    expired = upload()
    jobs = JobStore(client, clock=lambda: later)
    waiting = make_photo(PhotoState.queued)
    end = datetime.fromtimestamp(later + 3600, UTC)
    context.jobs.create(waiting.model_copy(update={"id": new_id(), "expires_at": end}))
    client.config_set("maxmemory", client.info("memory")["used_memory"] // 2)
    try:
        with pytest.raises(QueueFull):
            Reaper(replace(context, jobs=jobs, send_ticket=full), client).run()
    finally:
        client.config_set("maxmemory", 0)
    with pytest.raises(PhotoNotFound):
        context.jobs.get(expired)
    assert jobs.expired() == []
