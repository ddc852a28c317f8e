"""A worker that is killed with all its processes: the reaper of another worker requeues its photo."""

import os
from pathlib import Path

import psutil
import pytest
from tests.e2e.worker.conftest import Stack
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState


def test_a_photo_of_a_killed_worker_is_finished_by_another(
    stack: Stack, hold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LEASE_SECONDS", "3")
    first = stack.start_dangerous_worker()
    photo_id = stack.submit(command=f"hold {hold}")
    child = stack.wait_for_hold(hold)
    first.kill()
    first.wait(timeout=10)
    until(lambda: not _is_running(child), 10, "the end of the killed worker's pool process")
    assert stack.jobs.get(photo_id).state is PhotoState.running
    (hold / "go").touch()
    stack.start_dangerous_worker(worker_name="another")
    photo = stack.result(photo_id)
    assert (photo.state, photo.deliveries) == (PhotoState.done, 2)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
