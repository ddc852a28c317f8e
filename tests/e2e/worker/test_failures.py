"""Guarantees under failure: no photo lost, none finished twice, none harmed by another."""

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

from critic_core.contracts.photo import CRITIQUE_QUEUE, Lane, PhotoState
from critic_core.runtime.queue import send_ticket
from critic_core.runtime.redis_client import CHANGE_CHANNEL


@contextmanager
def counting_results(client: "redis.Redis") -> Iterator[Callable[[str], int]]:
    """Count the results of each photo from now on."""
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(CHANGE_CHANNEL)
    received: list[str] = []

    def count(photo_id: str) -> int:
        while message := listener.get_message(timeout=0.2):
            received.append(message["data"])
        return received.count(photo_id)

    listener.get_message(timeout=1)  # the subscription's own confirmation
    yield count
    listener.close()


def test_a_killed_pool_process_loses_no_photo_and_finishes_none_twice(stack: Stack, hold: Path) -> None:
    stack.start_dangerous_worker()
    with counting_results(stack.client) as results:
        photo_id = stack.submit(command=f"hold {hold}")
        os.kill(stack.wait_for_hold(hold), signal.SIGKILL)
        (hold / "go").touch()
        photo = stack.result(photo_id)
        assert (photo.state, photo.claims) == (PhotoState.done, 2)
        neighbour = stack.submit()
        stack.result(neighbour)
        assert (results(photo_id), results(neighbour)) == (1, 1)


def test_a_poison_photo_becomes_a_dead_letter_after_three_deliveries_and_can_be_retried(stack: Stack) -> None:
    worker = stack.start_dangerous_worker()
    poison = stack.submit(command="die")
    neighbours = [stack.submit() for _ in range(3)]
    photo = stack.result(poison)
    assert photo.problem is not None
    assert (photo.state, photo.problem.code) == (PhotoState.failed, "photo_poison")
    assert photo.claims == stack.settings.max_claims + 1
    assert [stack.result(neighbour).state for neighbour in neighbours] == [PhotoState.done] * 3
    assert stack.jobs.dead_letters() == [poison]
    assert worker.poll() is None

    # Replayed on a worker that does not die of it.
    worker.terminate()
    worker.wait(timeout=20)
    assert stack.jobs.retry_dead_letter(poison)
    send_ticket(stack.app)
    stack.start_worker()
    again = stack.result(poison)
    assert (again.state, again.claims) == (PhotoState.done, 1)
    assert stack.jobs.dead_letters() == []


def test_the_queue_server_restarts_under_load_and_nothing_is_lost(stack: Stack, redis_server: RedisServer) -> None:
    photos = [stack.submit() for _ in range(300)]
    stack.start_worker(worker_concurrency="2", task_time_limit_seconds="20")
    until(lambda: _finished(stack, photos) >= 5, 120, "the first results")
    redis_server.kill()
    redis_server.start()
    assert stack.jobs.backlog() > 0, "the restart came too late to test anything"
    later = [stack.submit() for _ in range(5)]
    states = [stack.result(photo_id).state for photo_id in photos + later]
    assert states == [PhotoState.done] * 305
    assert stack.jobs.backlog() == 0


def test_a_result_found_while_the_queue_server_is_down_is_stored(
    stack: Stack, redis_server: RedisServer, hold: Path
) -> None:
    stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    waiting = stack.submit()
    redis_server.kill()
    (hold / "go").touch()
    # Written just before the critique, which then cannot be stored.
    until(lambda: list((stack.folder / "storage").rglob(f"{held}/preview.jpg")), 90, "the preview")
    redis_server.start()
    with counting_results(stack.client) as results:
        assert stack.result(held).state is PhotoState.done
        assert stack.result(waiting, seconds=60).state is PhotoState.done
        assert results(held) <= 1
    assert stack.jobs.backlog() == 0


def test_a_stopping_worker_finishes_its_photo(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    waiting = stack.submit()
    worker.terminate()
    (hold / "go").touch()
    assert worker.wait(timeout=15) == 0
    assert stack.jobs.get(held).state is PhotoState.done
    stack.start_worker()
    assert stack.result(waiting).state is PhotoState.done


def test_a_stopping_worker_requeues_a_photo_after_the_grace_period(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker(shutdown_grace_seconds="1")
    photo_id = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    worker.terminate()
    worker.wait(timeout=15)
    assert stack.jobs.get(photo_id).state is not PhotoState.done
    (hold / "go").touch()
    stack.start_dangerous_worker()
    photo = stack.result(photo_id)
    assert (photo.state, photo.claims) == (PhotoState.done, 2)


def test_a_signal_to_the_whole_process_group_loses_nothing(stack: Stack, hold: Path) -> None:
    worker = stack.start_dangerous_worker()
    photo_id = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    for process in [*psutil.Process(worker.pid).children(recursive=True), worker]:
        os.kill(process.pid, signal.SIGTERM)
    (hold / "go").touch()
    worker.wait(timeout=15)
    stack.start_dangerous_worker()
    assert stack.result(photo_id).state is PhotoState.done


def test_an_idle_worker_stops_at_once(stack: Stack) -> None:
    worker = stack.start_worker()
    stack.result(stack.submit())
    worker.terminate()
    assert worker.wait(timeout=12) == 0  # one with a photo under way would have 15 s


def test_photos_wait_for_the_inference_server(make_stack: Callable[[str], Stack], own_inference: Inference) -> None:
    stack = make_stack(own_inference.url)
    stack.start_worker(service_retry_seconds="0.5")
    photo_id = stack.submit()
    until(lambda: stack.client.hget(f"critic:photo:{photo_id}", "requeues"), 20, "the requeue")
    own_inference.start()
    photo = stack.result(photo_id)
    assert photo.state is PhotoState.done
    assert photo.claims == 1  # a requeue does not count as a delivery
    own_inference.stop()
    second = stack.submit()
    own_inference.start()
    assert stack.result(second).state is PhotoState.done


def test_a_photo_delivered_twice_is_finished_once(stack: Stack) -> None:
    with counting_results(stack.client) as results:
        photo_id = stack.submit()
        stack.enqueue(photo_id)
        stack.start_worker()
        first = stack.result(photo_id)
        until(lambda: stack.client.llen(CRITIQUE_QUEUE) == 0, 10, "the second ticket")
        stack.result(stack.submit())
        assert stack.jobs.get(photo_id) == first
        assert results(photo_id) == 1


def test_the_backlog_includes_reserved_photos(stack: Stack, hold: Path) -> None:
    stack.start_dangerous_worker()
    held = stack.submit(command=f"hold {hold}")
    stack.wait_for_hold(hold)
    waiting = [stack.submit() for _ in range(5)]
    assert stack.jobs.backlog() == 6
    assert stack.queue.lanes()[Lane.batch].oldest_seconds > 0
    (hold / "go").touch()
    for photo_id in [held, *waiting]:
        stack.result(photo_id)
    assert stack.jobs.backlog() == 0
    assert stack.queue.queued() == 0


@pytest.mark.parametrize("command", ["sleep", "hang"])
def test_a_photo_that_takes_too_long_is_stopped(stack: Stack, command: str) -> None:
    stack.start_dangerous_worker(task_time_limit_seconds="12")  # the next photo starts a decoder
    problem = stack.result(stack.submit(command=command)).problem
    assert problem is not None
    assert problem.code == "photo_timeout"
    assert stack.result(stack.submit()).state is PhotoState.done


def _finished(stack: Stack, photos: list[str]) -> int:
    return sum(stack.jobs.get(photo_id).state.final for photo_id in photos)
