"""Whose photo is next, with a real worker: lanes and owners."""

from pathlib import Path

import pytest
from tests.e2e.worker.conftest import Stack

from critic_core.contracts.photo import Lane, PhotoState

PATIENT = {"task_time_limit_seconds": "60", "visibility_timeout_seconds": "120"}  # photos are held


@pytest.fixture
def started(stack: Stack, hold: Path) -> Stack:
    """A stack whose only pool process holds a photo until `go`."""
    stack.start_dangerous_worker(**PATIENT)
    stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    return stack


def order(stack: Stack, photo_ids: list[str], hold: Path) -> list[str]:
    """The photos in the order in which they were finished."""
    listener = stack.client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("critic:changes")
    listener.get_message(timeout=1)
    (hold / "go").touch()
    for photo_id in photo_ids:
        assert stack.result(photo_id, seconds=60).state is PhotoState.done
    finished = []
    while message := listener.get_message(timeout=0.2):
        finished.append(message["data"])
    listener.close()
    return [photo_id for photo_id in finished if photo_id in photo_ids]


def test_an_interactive_photo_overtakes_a_long_queue(started: Stack, hold: Path) -> None:
    flood = [started.submit(owner="flood") for _ in range(100)]
    interactive = started.submit(owner="person", lane=Lane.interactive)
    assert order(started, [*flood, interactive], hold)[0] == interactive


def test_an_interactive_photo_waits_for_no_batch_photo_in_progress(stack: Stack, hold: Path) -> None:
    stack.start_dangerous_worker(interactive_processes="1", **PATIENT)
    held = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    flood = [stack.submit(owner="flood") for _ in range(10)]
    for _ in range(3):
        assert stack.result(stack.submit(owner="person", lane=Lane.interactive)).state is PhotoState.done
    assert {stack.jobs.get(photo_id).state for photo_id in flood} == {PhotoState.queued}
    (hold / "go").touch()
    for photo_id in [held, *flood]:
        assert stack.result(photo_id).state is PhotoState.done


def test_two_owners_take_turns(started: Stack, hold: Path) -> None:
    flood = [started.submit(owner="flood") for _ in range(30)]
    few = [started.submit(owner="few") for _ in range(3)]
    finished = order(started, [*flood, *few], hold)
    assert [finished.index(photo_id) for photo_id in few] == [1, 3, 5]
    assert [photo_id for photo_id in finished if photo_id in flood] == flood
