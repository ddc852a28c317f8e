"""What housekeeping puts back and forgets, on a real queue server and a real folder, at a time that the test sets."""

import os
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.e2e.worker.conftest import Stack
from tests.support.waiting import until

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.photo import CRITIQUE_QUEUE, PhotoState
from critic_core.runtime.storage import photo_key, preview_key
from critic_core.stores.jobs import Claim, JobStore
from critic_worker.maintenance.reaper import TURN, keep_house
from critic_worker.photos.process import Place


@pytest.fixture
def enqueued() -> list[str]:
    return []


@pytest.fixture
def place(stack: Stack, enqueued: list[str]) -> Place:
    return Place(stack.settings, stack.jobs, stack.albums, stack.answers, stack.board, stack.storage, enqueued.append)


def later(place: Place, stack: Stack, seconds: float) -> Place:
    return replace(place, jobs=JobStore(stack.client, clock=lambda: time.time() + seconds))


def test_a_photo_of_a_vanished_worker_is_put_back_and_its_delivery_stays_counted(
    stack: Stack, place: Place, enqueued: list[str]
) -> None:
    photo_id = stack.submit(send=False)
    assert stack.jobs.claim(photo_id, 3) is Claim.taken
    assert keep_house(place, stack.client)
    assert enqueued == []
    stack.client.delete(TURN)
    keep_house(later(place, stack, stack.settings.lease_seconds + 1), stack.client)
    assert enqueued == [photo_id]
    photo = stack.jobs.get(photo_id)
    assert (photo.state, photo.deliveries) == (PhotoState.queued, 1)


def test_a_photo_whose_message_was_lost_is_put_back_once(stack: Stack, place: Place, enqueued: list[str]) -> None:
    photo_id = stack.submit(send=False)
    for _ in range(2):
        stack.client.delete(TURN)
        keep_house(later(place, stack, stack.settings.lease_seconds + 1), stack.client)
    assert enqueued == [photo_id]


def test_photos_that_wait_in_a_long_queue_are_left_alone(stack: Stack, place: Place, enqueued: list[str]) -> None:
    stack.submit()
    assert stack.client.llen(CRITIQUE_QUEUE) == 1
    keep_house(later(place, stack, 10_000), stack.client)
    assert enqueued == []


def test_one_worker_at_a_time_keeps_house(stack: Stack, place: Place) -> None:
    assert keep_house(place, stack.client) is True
    assert keep_house(place, stack.client) is False


def test_expired_photos_leave_nothing_behind(stack: Stack, place: Place) -> None:
    photo_id = stack.submit()
    stack.storage.put(preview_key(photo_id), b"small")
    keep_house(later(place, stack, 3601), stack.client)
    for key in (photo_key(photo_id), preview_key(photo_id)):
        with pytest.raises(PhotoNotFound):
            stack.storage.get(key)
    with pytest.raises(PhotoNotFound):
        stack.jobs.get(photo_id)
    assert stack.jobs.backlog() == 0
    assert stack.jobs.expired() == []


def test_a_photo_of_a_worker_killed_whole_is_answered_by_another(
    stack: Stack, hold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LEASE_SECONDS", "3")
    first = stack.start_dangerous_worker()
    photo_id = stack.submit(command=f"hold {hold}")
    child = stack.held(hold)
    first.kill()
    first.wait(timeout=10)
    until(lambda: not _runs(child), 10, "the end of the killed worker's child")
    assert stack.jobs.get(photo_id).state is PhotoState.running
    (hold / "go").touch()
    stack.start_dangerous_worker(worker_name="another")
    photo = stack.answered(photo_id)
    assert (photo.state, photo.deliveries) == (PhotoState.done, 2)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
