"""Several photos in one task: one inference request, and a fault of one photo is its own."""

from tests.e2e.worker.conftest import Stack

from critic_core.contracts.photo import PhotoState


def submit_batch(stack: Stack, *commands: str) -> list[str]:
    """Photos in one task, each with its command to the pool process."""
    ids = [stack.submit(command=command, send=False) for command in commands]
    stack.enqueue(*ids)
    return ids


def states(stack: Stack, ids: list[str]) -> list[PhotoState]:
    return [stack.result(photo_id).state for photo_id in ids]


def test_photos_of_one_task_are_one_request(stack: Stack) -> None:
    ids = submit_batch(stack, "", "", "")
    stack.start_worker(heartbeat_interval_seconds="60")
    assert states(stack, ids) == 3 * [PhotoState.done]
    critiques = [stack.result(photo_id).critique for photo_id in ids]
    assert len({critique.timings_ms.infer > 0 and critique.score for critique in critiques if critique}) == 1
    assert [stack.jobs.get(photo_id).claims for photo_id in ids] == [1, 1, 1]


def test_only_the_photo_that_kills_its_process_becomes_a_dead_letter(stack: Stack) -> None:
    ids = submit_batch(stack, "", "die", "")
    stack.start_dangerous_worker()
    assert states(stack, ids) == [PhotoState.done, PhotoState.failed, PhotoState.done]
    problem = stack.result(ids[1]).problem
    assert problem is not None
    assert problem.code == "photo_poison"


def test_only_the_photo_that_takes_too_long_fails(stack: Stack) -> None:
    ids = submit_batch(stack, "", "sleep 60", "")
    stack.start_dangerous_worker(task_time_limit_seconds="5")
    assert states(stack, ids) == [PhotoState.done, PhotoState.failed, PhotoState.done]
    problem = stack.result(ids[1]).problem
    assert problem is not None
    assert problem.code == "photo_timeout"
