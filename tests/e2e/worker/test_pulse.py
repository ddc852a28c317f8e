"""Liveness proves consumption: the worker's own pulse, its health check, and the end of a worker that is deaf."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.contracts.heartbeat import Pulse, pulse_queue
from critic_worker.celery.threads import EX_TEMPFAIL
from critic_worker.health.heartbeat import Heart


def pulse_of(stack: Stack, seconds: float = 30) -> Pulse:
    """The worker's newest pulse."""
    return until(lambda: stack.board.pulses(0), seconds, f"a pulse; {stack.tail()}")[0]


def health(stack: Stack, *arguments: str) -> tuple[int, str]:
    told = {"CRITIC_REDIS_URL": stack.redis.url, "CRITIC_WORKER_NAME": stack.settings.worker_name}
    command = [sys.executable, "-m", "critic_worker.health.liveness", *arguments]
    ran = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True, timeout=30, check=False)
    return ran.returncode, ran.stdout.strip()


def test_a_worker_tells_that_it_consumes_and_answers_rightly(stack: Stack, inference: Inference) -> None:
    assert health(stack) == (1, "The worker has consumed nothing yet.")
    stack.start_worker()
    pulse = pulse_of(stack)
    assert (pulse.worker, pulse.model, pulse.device, pulse.problem) == ("tested", "aesthetics", "cpu", None)
    assert pulse.golden_probability == pytest.approx(inference.manifest.golden.probability, abs=1e-3)
    assert stack.board.models() == [inference.manifest]
    until(lambda: pulse_of(stack).at > pulse.at, 20, "the next pulse")
    code, sentence = health(stack, "--ready")
    assert (code, "answers rightly" in sentence) == (0, True)


@pytest.fixture
def wrong_inference(tmp_path: Path) -> Iterator[Inference]:
    """A server whose model does not say what was published of it."""
    server = Inference(tmp_path, golden=0.999)
    server.start()
    yield server
    server.stop()


def test_a_golden_photo_that_comes_out_wrong_is_told(
    make_stack: Callable[[str], Stack], wrong_inference: Inference
) -> None:
    stack = make_stack(wrong_inference.url)
    stack.start_worker()
    problem = pulse_of(stack).problem
    assert problem is not None
    assert problem.code == "not_ready"
    assert "golden photo scored" in problem.detail


def test_without_inference_a_worker_is_alive_but_not_ready(make_stack: Callable[[str], Stack]) -> None:
    stack = make_stack("127.0.0.1:1")
    stack.start_worker()
    problem = pulse_of(stack).problem
    assert problem is not None
    assert problem.code == "inference_unavailable"
    assert health(stack)[0] == 0
    assert health(stack, "--ready")[0] == 1


def test_pulses_go_on_after_the_queue_server_restarts(stack: Stack, redis_server: RedisServer) -> None:
    stack.start_worker()
    before = pulse_of(stack)
    redis_server.stop()
    redis_server.start()
    until(lambda: pulse_of(stack).at > before.at, 30, "a pulse after the restart")


def test_a_worker_that_stopped_consuming_leaves(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SILENCE_SECONDS", "3")
    worker = stack.start_dangerous_worker()
    pulse_of(stack)
    children = psutil.Process(worker.pid).children(recursive=True)
    for child in children:
        os.kill(child.pid, signal.SIGSTOP)
    assert worker.wait(timeout=20) == EX_TEMPFAIL
    assert "worker_stopped_consuming" in stack.tail()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == [], "children outlived their worker"


def test_silence_counts_only_while_the_queue_server_answers(stack: Stack, redis_server: RedisServer) -> None:
    now = [0.0]
    heart = Heart(stack.app, stack.board, "nobody", clock=lambda: now[0])
    sent = pulse_queue("nobody")
    assert heart.beat(patience=30) == 0
    assert stack.client.llen(sent) == 1
    now[0] = 20
    assert heart.beat(patience=30) == 20
    assert stack.client.llen(sent) == 1  # one is under way
    redis_server.stop()
    now[0] = 500
    assert heart.beat(patience=30) == 0
    redis_server.start()
    now[0] = 520
    assert heart.beat(patience=30) == 20
    assert stack.client.llen(sent) == 2  # the first one was taken for lost
    stack.board.post_pulse(Pulse(worker="nobody", at=datetime.now(UTC)))
    assert heart.beat(patience=30) == 0
