"""`photo-critic up` in good days and bad ones. Each test has a stack of its own."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.support.local_stack import START_SECONDS, LocalStack, alive, photo_of
from tests.support.photos import DATA
from tests.support.tiny_model import publish_tiny_model
from tests.support.waiting import until

from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.stale_processes import identity

ROCKET = (DATA / "rocket.jpg").read_bytes()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that is warm at once: what is scored does not matter here, and many stacks start."""
    folder = tmp_path_factory.mktemp("models")
    publish_tiny_model(folder)
    return str(folder)


@pytest.fixture
def new_stack(tmp_path: Path, models: str) -> Iterator[Callable[..., LocalStack]]:
    stacks: list[LocalStack] = []

    def make(**settings: str) -> LocalStack:
        stacks.append(LocalStack(tmp_path / "data", WORKER_CONCURRENCY="2", MODEL_REPOSITORY=models, **settings))
        return stacks[-1]

    yield make
    for stack in stacks:
        if hasattr(stack, "process"):
            stack.process.kill()
            stack.process.wait()


def test_ctrl_c_leaves_no_process_and_no_note(new_stack: Callable[..., LocalStack]) -> None:
    stack = new_stack()
    stack.start()
    assert f"Photo Critic is ready: {stack.url}" in until(lambda: "Stop:" in stack.said() and stack.said(), 5)
    everything = stack.processes()
    assert len(everything) >= 1 + 4 + 2  # the supervisor, its services, the worker's children
    assert stack.stop(signal.SIGINT) == 0
    assert alive(everything) == []
    assert not (stack.data_folder / "running.json").exists()
    assert "Traceback" not in stack.said()


def test_kill_9_leaves_no_process_and_loses_no_photo(new_stack: Callable[..., LocalStack]) -> None:
    settings = {"TASK_TIME_LIMIT_SECONDS": "20", "VISIBILITY_TIMEOUT_SECONDS": "60"}
    stack = new_stack(**settings)
    stack.start()
    with stack.client() as http:
        taken = [photo_of(http.post("/v1/photos", content=ROCKET), 202) for _ in range(30)]
    everything = stack.processes()
    stack.stop(signal.SIGKILL)
    until(lambda: not alive(everything), 10, "the end of every process")

    again = new_stack(**settings)
    again.start()
    with again.client() as http:

        def unanswered() -> list[str]:
            photos = [photo_of(http.get(f"/v1/photos/{photo.id}")) for photo in taken]
            return [photo.id for photo in photos if photo.critique is None]

        # Those that a worker held when it was killed are put back when its lease has ended: time limit + 15 s.
        until(lambda: not unanswered(), 120, "the answer to every photo")
    assert again.stop() == 0


def test_processes_of_an_earlier_run_are_ended_at_the_start(new_stack: Callable[..., LocalStack]) -> None:
    """Where the kernel does not do it: as if this were no Linux, one service has survived its supervisor."""
    stack = new_stack()
    stack.start()
    note = stack.note()
    assert stack.stop() == 0
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as survivor:
        known = identity(survivor.pid)
        assert known is not None
        DataFolder(stack.data_folder).write_note(
            note.model_copy(update={"processes": {**note.processes, survivor.pid: known}})
        )
        again = new_stack()
        again.start()
        assert survivor.wait(5) == -signal.SIGKILL
    assert "An earlier run left processes behind (1)" in again.said()
    assert again.stop() == 0


def test_a_taken_port_is_an_error_before_anything_starts(new_stack: Callable[..., LocalStack]) -> None:
    stack = new_stack()
    with socket.create_server(("127.0.0.1", stack.port)):
        stack.start_only()
        assert stack.process.wait(START_SECONDS) == 2
    assert stack.said().startswith(f"Port {stack.port} on 127.0.0.1 is taken by another program.")
    assert not (stack.data_folder / "queue" / "queue.conf").exists()


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory, models: str) -> Iterator[LocalStack]:
    """A stack that loses one service after the other, and stops in order all the same."""
    stack = LocalStack(tmp_path_factory.mktemp("struck") / "data", WORKER_CONCURRENCY="2", MODEL_REPOSITORY=models)
    stack.start()
    yield stack
    everything = stack.processes()
    assert stack.stop() == 0
    assert alive(everything) == []


def test_a_second_stack_in_the_same_folder_is_refused(struck: LocalStack, tmp_path: Path) -> None:
    second = LocalStack(struck.data_folder)
    second.log = tmp_path / "log"
    second.start_only()
    assert second.process.wait(30) == 2
    assert f"Photo Critic is already running at {struck.url}" in second.said()
    assert struck.ready()


@pytest.mark.parametrize("name", ["gateway", "worker", "inference", "queue"])
def test_a_killed_service_comes_back_and_knows_its_photos(struck: LocalStack, name: str) -> None:
    with struck.client() as http:
        photo = photo_of(http.post("/v1/photos", params={"wait": 30}, content=ROCKET))
        before = struck.service(name)
        left_behind = [before, *before.children(recursive=True)]
        os.kill(before.pid, signal.SIGKILL)
        until(lambda: f"The {name} ended (killed by SIGKILL)" in struck.said(), 10, "the supervisor's notice")
        until(lambda: _answers(http), 60, "an answer after the restart")
        assert alive(left_behind) == []
        assert photo_of(http.get(f"/v1/photos/{photo.id}")) == photo


def _answers(http: httpx.Client) -> bool:
    try:
        answer = http.post("/v1/photos", params={"wait": 10}, content=ROCKET)
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and answer.json()["state"] == "done"


def test_python_files_where_it_is_started_are_not_its_own(new_stack: Callable[..., LocalStack], tmp_path: Path) -> None:
    for name in ("redis.py", "queue.py", "critic_worker.py"):
        (tmp_path / name).write_text("raise SystemExit('imported from where the user happens to be')")
    stack = new_stack()
    stack.started_in = tmp_path
    stack.start()
    assert stack.stop() == 0


def test_it_stops_while_it_is_still_starting(new_stack: Callable[..., LocalStack]) -> None:
    stack = new_stack()
    stack.start_only()
    until(lambda: psutil.Process(stack.process.pid).children(), 20, "the first service")
    everything = stack.processes()
    assert stack.stop() == 0
    assert alive(everything) == []
