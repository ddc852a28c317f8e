"""Heartbeat and health check of a real worker, and the exit of one that has stopped consuming."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.e2e.worker.conftest import ROOT, Inference, Stack
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.contracts.heartbeat import Heartbeat
from critic_worker.threads import EX_TEMPFAIL


def last_heartbeat(stack: Stack, seconds: float = 120) -> Heartbeat:
    """The worker's last heartbeat."""
    return until(lambda: stack.worker_status.heartbeats(0), seconds, f"a heartbeat; {stack.tail()}")[0]


def health(stack: Stack, *arguments: str) -> int:
    """Exit status of the container's health check."""
    command = ["sh", str(ROOT / "infra/docker/worker-health"), *arguments]
    environment = {**os.environ, "CRITIC_WORKER_HEALTH_FOLDER": str(stack.folder / "health")}
    return subprocess.run(command, env=environment, check=False).returncode


def test_a_worker_is_alive_and_ready(stack: Stack, inference: Inference) -> None:
    assert health(stack) == 1
    stack.start_worker(worker_health_folder=str(stack.folder / "health"))
    heartbeat = last_heartbeat(stack)
    assert (heartbeat.worker, heartbeat.model, heartbeat.device, heartbeat.problem) == (
        "tested",
        "aesthetics",
        "cpu",
        None,
    )
    assert heartbeat.golden_probability == pytest.approx(inference.manifest.golden.probability, abs=1e-3)
    assert stack.worker_status.models() == [inference.manifest]
    until(lambda: last_heartbeat(stack).at > heartbeat.at, 20, "the next heartbeat")
    until(lambda: health(stack, "ready") == 0, 20, "readiness")
    assert health(stack) == 0


@pytest.fixture
def wrong_inference(tmp_path: Path) -> Iterator[Inference]:
    """A server whose model differs from its published golden score."""
    server = Inference(tmp_path, golden=0.999)
    server.start()
    yield server
    server.stop()


def test_a_wrong_golden_score_is_a_problem(make_stack: Callable[[str], Stack], wrong_inference: Inference) -> None:
    stack = make_stack(wrong_inference.url)
    stack.start_worker()
    problem = last_heartbeat(stack).problem
    assert problem is not None
    assert problem.code == "not_ready"
    assert "golden photo scored" in problem.detail


def test_without_inference_a_worker_is_alive_but_not_ready(make_stack: Callable[[str], Stack]) -> None:
    stack = make_stack("127.0.0.1:1")
    stack.start_worker(worker_health_folder=str(stack.folder / "health"))
    problem = last_heartbeat(stack).problem
    assert problem is not None
    assert problem.code == "inference_unavailable"
    until(lambda: health(stack) == 0, 20, "life")
    assert health(stack, "ready") == 1


def test_heartbeats_go_on_after_the_queue_server_restarts(stack: Stack, redis_server: RedisServer) -> None:
    stack.start_worker()
    before = last_heartbeat(stack)
    redis_server.stop()
    redis_server.start()
    until(lambda: last_heartbeat(stack).at > before.at, 120, "a heartbeat after the restart")


def test_a_worker_that_has_stopped_consuming_exits(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_HEARTBEAT_TIMEOUT_SECONDS", "10")
    worker = stack.start_dangerous_worker()
    last_heartbeat(stack)
    children = psutil.Process(worker.pid).children(recursive=True)
    for child in children:
        os.kill(child.pid, signal.SIGSTOP)
    assert worker.wait(timeout=60) == EX_TEMPFAIL
    assert "worker_stopped_consuming" in stack.tail()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == [], (
        "pool processes outlived their worker"
    )
