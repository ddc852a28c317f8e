"""A worker that is killed with all its processes: another worker recovers its photos."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from tests.e2e.worker.conftest import Stack
from tests.e2e.worker.test_failures import counting_results
from tests.support.claims import claim
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState
from critic_core.stores.photo_queue import LEASE_SECONDS


def test_photos_of_a_killed_worker_are_finished_by_another(stack: Stack, hold: Path) -> None:
    first = stack.start_dangerous_worker(worker_name="first")
    with counting_results(stack.client) as results:
        photo_id = stack.submit(command=f"hold {hold}")
        child = stack.wait_for_hold(hold)
        stack.start_dangerous_worker(worker_name="another")
        until(lambda: len(stack.queue.workers()) == 2, 120, "the lease of the other worker")
        first.kill()
        first.wait(timeout=10)
        until(lambda: not _is_running(child), 10, "the end of the killed worker's pool process")
        (hold / "go").touch()
        photo = stack.result(photo_id, seconds=30)  # within 10 s on a quiet machine
        assert (photo.state, photo.claims, results(photo_id)) == (PhotoState.done, 2, 1)


def test_a_restarted_worker_recovers_its_photos_before_the_lease_expires(stack: Stack, hold: Path) -> None:
    first = stack.start_dangerous_worker()
    photo_id = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    first.kill()
    first.wait(timeout=10)
    (hold / "go").touch()
    stack.start_dangerous_worker()
    photo = stack.result(photo_id)
    assert (photo.state, photo.claims) == (PhotoState.done, 2)


def test_a_paused_worker_that_comes_back_changes_nothing(stack: Stack, hold: Path) -> None:
    first = stack.start_dangerous_worker(worker_name="first")
    photo_id = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    processes = [*psutil.Process(first.pid).children(recursive=True), first]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    (hold / "go").touch()
    with counting_results(stack.client) as results:
        stack.start_dangerous_worker(worker_name="another")
        photo = stack.result(photo_id, seconds=120 + 2 * LEASE_SECONDS)
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)
        until(lambda: "late" in stack.log.read_text(), 120, "the late result")
        assert stack.jobs.get(photo_id) == photo
        assert results(photo_id) == 1


def test_a_photo_that_no_lease_covers_is_requeued(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_LEASE_SECONDS", "3")
    photo_id = stack.submit(send=False)
    claim(stack.queue, [photo_id], "t")
    stack.queue.finish("t", "tested")
    stack.start_dangerous_worker()
    photo = stack.result(photo_id)
    assert (photo.state, photo.claims) == (PhotoState.done, 2)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
