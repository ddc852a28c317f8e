"""Storage without room for previews: no worker ends, photos wait, and deletion makes room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.worker.conftest import Stack
from tests.support.tiny_disk import TinyDisk, tiny_disk
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import photo_key, preview_key


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[TinyDisk]:
    with tiny_disk(tmp_path / "storage", megabytes=4) as disk:
        yield disk


def test_photos_wait_for_room_and_expired_photos_are_deleted_meanwhile(disk: TinyDisk, stack: Stack) -> None:
    worker = stack.start_worker(service_retry_seconds="0.2")
    expired = stack.submit()
    stack.result(expired, seconds=120)
    photo_id = stack.submit(send=False)
    disk.fill()
    stack.enqueue(photo_id)
    until(lambda: stack.client.hget(f"critic:photo:{photo_id}", "requeues"), 60, f"the requeue; {stack.tail()}")
    stack.client.zadd("critic:expiry", {expired: 1})
    original = disk.folder / photo_key(expired)
    until(lambda: not original.exists(), 30, "the deletion of the expired photo")
    assert worker.poll() is None
    disk.free()
    assert stack.result(photo_id, seconds=60).state is PhotoState.done
    assert stack.storage.get(preview_key(photo_id))
