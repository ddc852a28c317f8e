"""Every operation of the storage takes two seconds: readiness and requests without storage answer as ever."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.bucket import small_bucket
from tests.support.critiques import make_photo
from tests.support.local_stack import LocalStack
from tests.support.small_s3 import SmallS3
from tests.support.waiting import until

from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_gateway.http.storage_threads import STORAGE_THREADS
from critic_gateway.limits.admission import UNKNOWN_THROUGHPUT_LIMIT

OPERATION_SECONDS = 2.0
READY_SECONDS = 5.0
"""Deadline of the health checks in Compose."""

Upload = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def bucket() -> Iterator[SmallS3]:
    with pytest.MonkeyPatch.context() as monkeypatch, small_bucket(monkeypatch) as bucket:
        yield bucket
        bucket.hurry.set()


@pytest.fixture(scope="module")
def stack(bucket: SmallS3, started: Callable[..., LocalStack]) -> LocalStack:
    stack = started(STORAGE_URL="s3://bucket/prefix", WORKER_CONCURRENCY="1")
    bucket.seconds = OPERATION_SECONDS
    return stack


def seconds_of(call: Callable[[], httpx.Response], status: int) -> float:
    began = time.monotonic()
    assert call().status_code == status
    return time.monotonic() - began


def test_requests_without_storage_and_readiness_do_not_wait(stack: LocalStack, bucket: SmallS3, upload: Upload) -> None:
    arrived = len(bucket.requests)
    with ThreadPoolExecutor(STORAGE_THREADS + 8) as senders, stack.client() as client:
        uploads = [senders.submit(upload, stack) for _ in range(STORAGE_THREADS + 8)]
        until(lambda: len(bucket.requests) > arrived + STORAGE_THREADS // 2, 30, "uploads in the slow storage")
        assert seconds_of(lambda: client.get("/v1/albums"), 200) < OPERATION_SECONDS
        assert seconds_of(lambda: client.post("/v1/albums", json={}), 201) < OPERATION_SECONDS
        assert seconds_of(lambda: client.get("/livez"), 200) < OPERATION_SECONDS
        assert seconds_of(lambda: client.get("/readyz"), client.get("/readyz").status_code) < READY_SECONDS
        assert {sent.result().status_code for sent in uploads} == {202}


def test_an_unknown_throughput_is_not_unlimited(stack: LocalStack, upload: Upload) -> None:
    worker = stack.service("worker")
    worker.send_signal(signal.SIGSTOP)
    try:
        with connect(stack.note().redis_url) as client:
            client.delete("critic:throughput")
            _queue_photos(JobStore(client), PhotoQueue(client), UNKNOWN_THROUGHPUT_LIMIT)
        rejected = until(lambda: _rejection(upload(stack)), 30, "the rejection")
    finally:
        worker.send_signal(signal.SIGCONT)
    assert rejected.json()["code"] == "overloaded"
    assert int(rejected.headers["Retry-After"]) >= 1


def _queue_photos(jobs: JobStore, queue: PhotoQueue, count: int) -> None:
    end = datetime.now(UTC) + timedelta(hours=1)
    photos = [
        make_photo(PhotoState.queued).model_copy(update={"id": new_id(), "expires_at": end}) for _ in range(count)
    ]
    for photo in photos:
        jobs.create(photo)
    queue.enqueue([photo.id for photo in photos])


def _rejection(response: httpx.Response) -> httpx.Response | None:
    return response if response.status_code == httpx.codes.TOO_MANY_REQUESTS else None
