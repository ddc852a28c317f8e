"""The disk of a local stack is full: uploads are refused, no process gives up, and all recovers with room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.support.local_stack import LocalStack
from tests.support.tiny_disk import TinyDisk, tiny_disk
from tests.support.waiting import until

RESERVE_BYTES = 8_000_000

Upload = Callable[..., httpx.Response]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[TinyDisk]:
    with tiny_disk(tmp_path / "disk", megabytes=64) as disk:
        yield disk


@pytest.fixture
def stack(disk: TinyDisk) -> Iterator[LocalStack]:
    stack = LocalStack(disk.folder / "data", STORAGE_RESERVE_BYTES=str(RESERVE_BYTES), WORKER_CONCURRENCY="1")
    stack.start()
    yield stack
    stack.stop()


def test_the_stack_survives_a_full_disk(stack: LocalStack, disk: TinyDisk, upload: Upload) -> None:
    assert upload(stack, wait=30).status_code == 200
    before = {process.pid for process in stack.children()}
    disk.fill()
    assert (disk.folder / "data").exists()
    refused = until(lambda: _refusal(upload(stack)), 30, "the refusal of uploads")
    assert refused.json()["code"] == "storage_full"
    killed = stack.service("worker")
    killed.kill()
    until(lambda: "cannot be written: No space left on device" in stack.said(), 30, "the note that does not fit")
    until(lambda: _restarted(stack, killed), 30, "the restart of the worker")
    assert stack.process.poll() is None
    assert len({process.pid for process in stack.children()} & before) == len(before) - 1
    disk.free()
    until(stack.ready, 60, f"readiness with room; {stack.said()[-4000:]}")
    until(lambda: upload(stack, wait=30).status_code == 200, 60, "an accepted upload: room is measured at intervals")


def _refusal(response: httpx.Response) -> httpx.Response | None:
    return response if response.status_code == httpx.codes.INSUFFICIENT_STORAGE else None


def _restarted(stack: LocalStack, killed: psutil.Process) -> bool:
    return any("critic_worker" in child.cmdline() and child.pid != killed.pid for child in stack.children())
