"""Redis is full: uploads are refused, no process ends, maintenance and deletion work, and all recovers with room."""

import signal
from collections.abc import Callable, Iterator

import httpx
import pytest
import redis
from tests.support.local_stack import LocalStack, photo_of
from tests.support.waiting import until

from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import photo_key
from critic_core.stores.jobs import EXPIRY, JobStore

Upload = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def stack(started: Callable[..., LocalStack]) -> LocalStack:
    return started(WORKER_CONCURRENCY="1")


@pytest.fixture
def client(stack: LocalStack) -> Iterator["redis.Redis"]:
    with connect(stack.note().redis_url) as client:
        yield client
        client.config_set("maxmemory", 0)


def test_the_stack_survives_a_full_redis(stack: LocalStack, client: "redis.Redis", upload: Upload) -> None:
    expiring, deleted = (photo_of(upload(stack, wait=30)).id for _ in range(2))
    worker, pids = stack.service("worker"), {process.pid for process in stack.children()}
    worker.send_signal(signal.SIGSTOP)
    waiting = [photo_of(upload(stack), 202).id for _ in range(3)]
    client.zadd(EXPIRY, {expiring: 1})
    client.config_set("maxmemory", client.info("memory")["used_memory"] // 2)
    worker.send_signal(signal.SIGCONT)

    refused = until(lambda: _refusal(upload(stack)), 30, "the refusal of uploads")
    assert refused.json()["code"] in {"storage_full", "queue_full"}
    room = until(lambda: _failed_room(stack), 30, "the reason at /readyz")
    assert room.startswith("redis_full")
    until(lambda: "OutOfMemory" in stack.said() or "maxmemory" in stack.said(), 30, "the worker's meeting with it")
    original = stack.data_folder / "storage" / photo_key(expiring)
    until(lambda: not original.exists(), 30, "maintenance")
    with stack.client() as http:
        assert http.delete(f"/v1/photos/{deleted}").status_code == 204

    client.config_set("maxmemory", 0)
    jobs = JobStore(client)
    until(lambda: all(jobs.get(photo_id).state.final for photo_id in waiting), 90, f"the rest; {stack.said()[-4000:]}")
    until(stack.ready, 60, "readiness with room")
    assert {process.pid for process in stack.children()} == pids
    assert upload(stack, wait=30).status_code == 200


def _refusal(response: httpx.Response) -> httpx.Response | None:
    return response if response.status_code == httpx.codes.INSUFFICIENT_STORAGE else None


def _failed_room(stack: LocalStack) -> str:
    with stack.client() as client:
        check = client.get("/readyz").json()["checks"]["room"]
    return "" if check["ok"] else str(check["detail"])
