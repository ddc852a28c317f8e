"""Photos from stored files: enqueued within the quota, rolled back on errors."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.unit.gateway.limits.keys import api_key
from tests.unit.gateway.uploads.files import reject_file, store_file

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.errors import QueueUnavailable, QuotaExceeded
from critic_core.contracts.photo import CRITIQUE_QUEUE, Lane, Photo
from critic_core.runtime.queue import celery_app
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage, photo_key
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.new_photo import Terms
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.photo_queue_lua import RUNNING
from critic_core.stores.same_bytes import SameBytesStore
from critic_core.stores.throughput import Depth
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.limits.quota import PhotoQuota
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.options import UploadOptions
from critic_gateway.uploads.photo_intake import BACKLOG_PER_PHOTO, PhotoIntake, photos_per_ticket
from critic_gateway.uploads.reuse import CritiqueReuse

ANN, PLAIN = api_key(photos_per_day=3), UploadOptions()


@pytest.fixture
def intake(client: "redis.Redis", redis_server: RedisServer, tmp_path: Path) -> Iterator[PhotoIntake]:
    settings = GatewaySettings(redis_url=redis_server.url)
    with closing(celery_app(settings)) as queue:
        storage = Storage(tmp_path.as_uri())
        jobs = JobStore(client)
        reuse = CritiqueReuse(SameBytesStore(client), jobs, storage, WorkerStatusStore(client))
        stores = jobs, AlbumStore(client), storage, PhotoQueue(client)
        yield PhotoIntake(*stores, queue, PhotoQuota(client), reuse, settings)


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def new_album(intake: PhotoIntake) -> Album:
    now, none = datetime.now(UTC), Counts(photos=0, pending=0, done=0, failed=0)
    album = Album(id="a1", created_at=now, expires_at=now + timedelta(hours=1), counts=none)
    intake.albums.create(album)
    return album


@pytest.mark.parametrize(("backlog", "expected"), [(0, 1), (1, 1), (63, 1), (64, 2), (127, 3), (128, 4), (2000, 4)])
def test_a_task_has_several_photos_only_with_a_long_backlog(backlog: int, expected: int) -> None:
    assert photos_per_ticket(backlog, limit=4) == expected
    assert photos_per_ticket(backlog, limit=1) == 1


def test_stored_files_are_enqueued_and_rejected_ones_keep_their_error(
    intake: PhotoIntake, client: "redis.Redis"
) -> None:
    options = UploadOptions(model="m", callback_url="https://receiver.example")
    receipts = intake.accept([store_file(intake.storage), reject_file()], ANN, options)
    photo, problem = receipts[0].photo, receipts[1].problem
    assert photo is not None
    assert problem is not None
    assert (photo.model, photo.callback_url, problem.code) == ("m", "https://receiver.example", "photo_unsupported")
    assert intake.jobs.get(photo.id) == photo
    assert (client.llen(CRITIQUE_QUEUE), intake.quota.used(ANN)) == (1, 1)


@pytest.mark.parametrize("lane", Lane)
def test_photos_are_queued_in_their_lane_for_their_owner(intake: PhotoIntake, lane: Lane) -> None:
    (receipt,) = intake.accept([store_file(intake.storage)], ANN, PLAIN, lane)
    assert receipt.photo is not None
    assert intake.jobs.get(receipt.photo.id).lane is lane
    assert intake.queue.depths() == (Depth(lane, ANN.owner, 1),)


@pytest.mark.parametrize(("lane", "tickets"), [(Lane.batch, 2), (Lane.interactive, 3)])
def test_a_ticket_is_good_for_several_photos_of_a_long_backlog(
    intake: PhotoIntake, client: "redis.Redis", lane: Lane, tickets: int
) -> None:
    client.zadd(RUNNING, {str(number): number for number in range(BACKLOG_PER_PHOTO * 2)})
    intake.accept([store_file(intake.storage) for _ in range(3)], ANN, PLAIN, lane)
    assert client.llen(CRITIQUE_QUEUE) == tickets


def test_files_over_the_quota_are_rejected_and_deleted(intake: PhotoIntake, tmp_path: Path) -> None:
    receipts = intake.accept([store_file(intake.storage, bytes([n])) for n in range(5)], ANN, PLAIN)
    codes = [receipt.problem.code if receipt.problem else None for receipt in receipts]
    assert codes == [None] * 3 + ["quota_exceeded"] * 2
    assert stored(tmp_path) == 3
    with pytest.raises(QuotaExceeded):
        intake.accept([store_file(intake.storage)], ANN, PLAIN)
    assert stored(tmp_path) == 3


def test_a_duplicate_in_an_album_costs_neither_storage_nor_quota(intake: PhotoIntake, tmp_path: Path) -> None:
    options = UploadOptions(album=new_album(intake))
    (first,), (second,) = (intake.accept([store_file(intake.storage)], ANN, options) for _ in range(2))
    assert (first.duplicate, second.duplicate, second.photo) == (False, True, first.photo)
    assert (stored(tmp_path), intake.quota.used(ANN)) == (1, 1)


def test_a_photo_of_a_full_album_is_rejected_and_refunded(intake: PhotoIntake, tmp_path: Path) -> None:
    intake = replace(intake, settings=intake.settings.model_copy(update={"max_album_photos": 1}))
    options = UploadOptions(album=new_album(intake))
    files = [store_file(intake.storage, data) for data in (b"first", b"second")]
    _, receipt = intake.accept(list(files), ANN, options)
    assert receipt.problem is not None
    assert receipt.problem.code == "album_full"
    assert (stored(tmp_path), intake.quota.used(ANN)) == (1, 1)


def test_photos_that_cannot_be_queued_are_rolled_back_and_refunded(intake: PhotoIntake, tmp_path: Path) -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0", fail_fast=True) as down:
        intake = replace(intake, queue=PhotoQueue(down))
        receipts = intake.accept([store_file(intake.storage, data) for data in (b"1", b"2")], ANN, PLAIN)
    assert [receipt.problem and receipt.problem.code for receipt in receipts] == ["queue_unavailable"] * 2
    assert (stored(tmp_path), intake.jobs.backlog(), intake.quota.used(ANN)) == (0, 0, 0)


def test_without_redis_all_files_are_deleted_but_the_one_that_redis_may_have(
    intake: PhotoIntake, tmp_path: Path
) -> None:
    files = [store_file(intake.storage, data) for data in (b"first", b"second")]
    with connect(f"redis://127.0.0.1:{free_port()}/0", fail_fast=True) as down, pytest.raises(QueueUnavailable):
        replace(intake, jobs=JobStore(down)).accept(list(files), ANN, PLAIN)
    assert stored(tmp_path) == 1
    assert intake.storage.get(photo_key(files[0].photo_id)) == b"first"


def test_a_photo_whose_answer_is_lost_is_rolled_back_and_refunded(
    intake: PhotoIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = intake.jobs.create

    def lose_answer(photo: Photo, terms: Terms) -> None:
        create(photo, terms)
        raise QueueUnavailable

    monkeypatch.setattr(JobStore, "create", lambda _, photo, terms: lose_answer(photo, terms))
    with pytest.raises(QueueUnavailable):
        intake.accept([store_file(intake.storage)], ANN, PLAIN)
    assert (stored(tmp_path), intake.jobs.backlog(), intake.quota.used(ANN)) == (0, 0, 0)
