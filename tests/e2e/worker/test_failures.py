"""The promises under failure: nothing lost, nothing answered twice, a bad photo harms nobody else."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.contracts.photo import CRITIQUE_QUEUE, PhotoState
from critic_core.runtime.queue import enqueue
from critic_core.stores.jobs import BELL_CHANNEL


@contextmanager
def counting_answers(client: "redis.Redis") -> Iterator[Callable[[str], int]]:
    """Counts how often a photo was answered, from now on."""
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(BELL_CHANNEL)
    heard: list[str] = []

    def count(photo_id: str) -> int:
        while message := listener.get_message(timeout=0.2):
            heard.append(message["data"])
        return heard.count(photo_id)

    listener.get_message(timeout=1)  # the subscription's own confirmation
    yield count
    listener.close()


def test_a_killed_child_loses_no_photo_and_answers_none_twice(stack: Stack, hold: Path) -> None:
    stack.start_dangerous_worker()
    with counting_answers(stack.client) as answers:
        photo_id = stack.submit(command=f"hold {hold}")
        os.kill(stack.held(hold), signal.SIGKILL)
        (hold / "go").touch()
        photo = stack.answered(photo_id)
        assert (photo.state, photo.deliveries) == (PhotoState.done, 2)
        neighbour = stack.submit()
        stack.answered(neighbour)
        assert (answers(photo_id), answers(neighbour)) == (1, 1)


def test_a_poison_photo_is_set_aside_after_three_deliveries_and_can_be_revived(stack: Stack) -> None:
    worker = stack.start_dangerous_worker()
    poison = stack.submit(command="die")
    neighbours = [stack.submit() for _ in range(3)]
    photo = stack.answered(poison)
    assert photo.problem is not None
    assert (photo.state, photo.problem.code) == (PhotoState.failed, "photo_poison")
    assert photo.deliveries == stack.settings.max_deliveries + 1
    assert [stack.answered(one).state for one in neighbours] == [PhotoState.done] * 3
    assert stack.jobs.dead_letters() == [poison]
    assert worker.poll() is None

    # Replayed on a worker that does not die of it.
    worker.terminate()
    worker.wait(timeout=20)
    assert stack.jobs.revive(poison)
    enqueue(stack.app, poison)
    stack.start_worker()
    again = stack.answered(poison)
    assert (again.state, again.deliveries) == (PhotoState.done, 1)
    assert stack.jobs.dead_letters() == []


def test_the_queue_server_restarts_under_load_and_nothing_is_lost(stack: Stack, redis_server: RedisServer) -> None:
    stack.start_worker(worker_concurrency="2", task_time_limit_seconds="5")
    photos = [stack.submit() for _ in range(150)]
    until(lambda: _finished(stack, photos) >= 5, 30, "the first answers")
    redis_server.kill()
    redis_server.start()
    assert stack.jobs.backlog() > 0, "the restart came too late to test anything"
    later = [stack.submit() for _ in range(5)]
    answers = [stack.answered(one, seconds=60).state for one in photos + later]
    assert answers == [PhotoState.done] * 155
    assert stack.jobs.backlog() == 0


def test_an_answer_found_while_the_queue_server_is_down_is_kept(
    stack: Stack, redis_server: RedisServer, hold: Path
) -> None:
    stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.held(hold)
    waiting = stack.submit()
    redis_server.kill()
    (hold / "go").touch()
    # Written just before the answer, which then has nowhere to go.
    until(lambda: list((stack.folder / "storage").rglob(f"{held}/preview.jpg")), 20, "the preview")
    redis_server.start()
    with counting_answers(stack.client) as answers:
        assert stack.answered(held).state is PhotoState.done
        assert stack.answered(waiting, seconds=60).state is PhotoState.done
        assert answers(held) <= 1
    assert stack.jobs.backlog() == 0


def test_told_to_stop_a_worker_finishes_its_photo(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.held(hold)
    waiting = stack.submit()
    worker.terminate()
    (hold / "go").touch()
    assert worker.wait(timeout=15) == 0
    assert stack.jobs.get(held).state is PhotoState.done
    stack.start_worker()
    assert stack.answered(waiting).state is PhotoState.done


def test_told_to_stop_a_worker_hands_on_a_photo_that_takes_too_long(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker(shutdown_seconds="1")
    photo_id = stack.submit(command=f"hold {hold}")
    stack.held(hold)
    worker.terminate()
    worker.wait(timeout=15)
    assert stack.jobs.get(photo_id).state is not PhotoState.done
    (hold / "go").touch()
    stack.start_dangerous_worker()
    photo = stack.answered(photo_id)
    assert (photo.state, photo.deliveries) == (PhotoState.done, 2)


def test_a_signal_to_the_whole_process_group_loses_nothing(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker()
    photo_id = stack.submit(command=f"hold {hold}")
    stack.held(hold)
    for process in [*psutil.Process(worker.pid).children(recursive=True), worker]:
        os.kill(process.pid, signal.SIGTERM)
    (hold / "go").touch()
    worker.wait(timeout=15)
    stack.start_dangerous_worker()
    assert stack.answered(photo_id).state is PhotoState.done


def test_an_idle_worker_stops_at_once(stack: Stack) -> None:
    worker = stack.start_worker()
    stack.answered(stack.submit())
    worker.terminate()
    assert worker.wait(timeout=12) == 0  # one with a photo under way would have 15 s


def test_photos_wait_for_the_inference_server(make_stack: Callable[[str], Stack], own_inference: Inference) -> None:
    stack = make_stack(own_inference.url)
    stack.start_worker(patience_seconds="0.5")
    photo_id = stack.submit()
    until(lambda: stack.client.hget(f"critic:photo:{photo_id}", "releases"), 20, "the photo was put back")
    own_inference.start()
    photo = stack.answered(photo_id)
    assert photo.state is PhotoState.done
    assert photo.deliveries == 1  # waiting is not the photo's fault, and does not count
    own_inference.stop()
    second = stack.submit()
    own_inference.start()
    assert stack.answered(second).state is PhotoState.done


def test_a_photo_fails_when_the_inference_server_stays_away(make_stack: Callable[[str], Stack]) -> None:
    stack = make_stack("127.0.0.1:1")
    stack.start_worker(patience_seconds="0.1", max_releases="2")
    problem = stack.answered(stack.submit()).problem
    assert problem is not None
    assert (problem.code, problem.permanent) == ("inference_unavailable", False)


def test_a_photo_delivered_twice_is_answered_once(stack: Stack) -> None:
    with counting_answers(stack.client) as answers:
        photo_id = stack.submit()
        enqueue(stack.app, photo_id)
        stack.start_worker()
        first = stack.answered(photo_id)
        until(lambda: stack.client.llen(CRITIQUE_QUEUE) == 0, 10, "the second delivery")
        stack.answered(stack.submit())
        assert stack.jobs.get(photo_id) == first
        assert answers(photo_id) == 1


def test_the_backlog_counts_what_workers_hold(stack: Stack, hold: Path) -> None:
    stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.held(hold)
    waiting = [stack.submit() for _ in range(5)]
    assert stack.jobs.backlog() == 6
    assert stack.jobs.oldest_queued_seconds() > 0
    (hold / "go").touch()
    for photo_id in [held, *waiting]:
        stack.answered(photo_id)
    assert stack.jobs.backlog() == 0
    assert stack.jobs.oldest_queued_seconds() == 0


@pytest.mark.parametrize("command", ["sleep", "hang"])
def test_a_photo_that_takes_too_long_is_stopped(stack: Stack, command: str) -> None:
    stack.start_dangerous_worker(task_time_limit_seconds="5")
    problem = stack.answered(stack.submit(command=command)).problem
    assert problem is not None
    assert problem.code == "photo_took_too_long"
    assert stack.answered(stack.submit()).state is PhotoState.done


def _finished(stack: Stack, photos: list[str]) -> int:
    return sum(stack.jobs.get(photo_id).state.final for photo_id in photos)
