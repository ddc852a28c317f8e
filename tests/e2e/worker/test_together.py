"""Photos that come in one task: one question to the network, and trouble with one is nobody else's."""

from tests.e2e.worker.conftest import Stack

from critic_core.contracts.photo import PhotoState
from critic_core.runtime.queue import enqueue


def together(stack: Stack, *commands: str) -> list[str]:
    """Photos in one task, each with what it does to its worker."""
    ids = [stack.submit(command=command, send=False) for command in commands]
    enqueue(stack.app, *ids)
    return ids


def answered(stack: Stack, ids: list[str]) -> list[PhotoState]:
    return [stack.answered(photo_id).state for photo_id in ids]


def test_photos_of_one_task_are_one_question(stack: Stack) -> None:
    ids = together(stack, "", "", "")
    stack.start_worker(pulse_seconds="60")
    assert answered(stack, ids) == 3 * [PhotoState.done]
    critiques = [stack.answered(photo_id).critique for photo_id in ids]
    assert len({critique.timings_ms.infer > 0 and critique.score for critique in critiques if critique}) == 1
    assert [stack.jobs.get(photo_id).deliveries for photo_id in ids] == [1, 1, 1]


def test_one_that_cannot_be_used_fails_alone(stack: Stack) -> None:
    good, bad = stack.submit(send=False), stack.submit(b"text", send=False)
    enqueue(stack.app, bad, good)
    stack.start_worker()
    assert answered(stack, [bad, good]) == [PhotoState.failed, PhotoState.done]


def test_one_that_brings_its_worker_down_is_set_aside_and_nobody_else(stack: Stack) -> None:
    ids = together(stack, "", "die", "")
    stack.start_dangerous_worker()
    assert answered(stack, ids) == [PhotoState.done, PhotoState.failed, PhotoState.done]
    problem = stack.answered(ids[1]).problem
    assert problem is not None
    assert problem.code == "photo_poison"


def test_one_that_takes_too_long_costs_the_others_no_answer(stack: Stack) -> None:
    ids = together(stack, "", "sleep 60", "")
    stack.start_dangerous_worker(task_time_limit_seconds="5")
    assert answered(stack, ids) == [PhotoState.done, PhotoState.failed, PhotoState.done]
    problem = stack.answered(ids[1]).problem
    assert problem is not None
    assert problem.code == "photo_took_too_long"


def test_a_deleted_one_is_passed_over(stack: Stack) -> None:
    ids = together(stack, "", "", "")
    stack.jobs.delete(ids[1])
    stack.start_worker()
    assert answered(stack, [ids[0], ids[2]]) == 2 * [PhotoState.done]
