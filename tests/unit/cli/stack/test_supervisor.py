"""The supervisor with tiny services: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.waiting import until

POLITE = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('up')\nsignal.pause()"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up')\nwhile True: signal.pause()"
WITH_STUBBORN_CHILD = f"""
import subprocess, sys, pathlib, os
child = subprocess.Popen([sys.executable, '-u', '-c', {STUBBORN!r}])
pathlib.Path(os.environ['FOLDER'], 'grandchild').write_text(str(child.pid))
{POLITE}
"""
CRASHES = "import sys; print('last line'); sys.exit(7)"


class SmallStack:
    """A supervisor in a separate process, and its output."""

    def __init__(self, folder: Path, services: list[tuple[str, str, float]]) -> None:
        self.folder, self.services = folder, services
        self.log = folder / "log"
        command = [sys.executable, "-m", "tests.support.small_stack", str(folder), json.dumps(services)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def pids(self) -> dict[str, int]:
        try:
            pids: dict[str, int] = json.loads((self.folder / "pids.json").read_text())
        except FileNotFoundError:
            return {}
        return pids

    def said(self) -> str:
        return self.log.read_text()

    def wait_until_up(self) -> dict[str, int]:
        until(
            lambda: all(f"{name:<6} | up" in self.said() for name, _, _ in self.services), 20, "every service's start"
        )
        return self.pids()

    def end(self, number: int, seconds: float = 20) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def small_stack(tmp_path: Path) -> Iterator[Callable[..., SmallStack]]:
    started: list[SmallStack] = []

    def start(*services: tuple[str, str, float]) -> SmallStack:
        started.append(SmallStack(tmp_path, list(services)))
        return started[-1]

    yield start
    for stack in started:
        stack.process.kill()
        stack.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_last_started_first(small_stack: Callable[..., SmallStack], number: int) -> None:
    bye = POLITE.replace("lambda *_: sys.exit(0)", "lambda *_: (print('bye'), sys.exit(0))")
    stack = small_stack(("first", bye, 10), ("second", bye, 10), ("third", bye, 10))
    pids = stack.wait_until_up()
    assert stack.end(number) == 0
    assert not any(running(pid) for pid in pids.values())
    assert [line.split()[0] for line in stack.said().splitlines() if "bye" in line] == ["third", "second", "first"]


def test_a_service_that_does_not_stop_is_killed_after_its_deadline(small_stack: Callable[..., SmallStack]) -> None:
    stack = small_stack(("calm", POLITE, 10), ("deaf", STUBBORN, 0.3))
    pids = stack.wait_until_up()
    assert stack.end(signal.SIGTERM) == 0
    assert "The deaf does not stop" in stack.said()
    assert not any(running(pid) for pid in pids.values())


def test_a_second_ctrl_c_does_not_wait(small_stack: Callable[..., SmallStack]) -> None:
    stack = small_stack(("deaf", STUBBORN, 3600))
    pids = stack.wait_until_up()
    stack.process.send_signal(signal.SIGINT)
    until(lambda: "Ctrl-C again" in stack.said(), 60, "the first Ctrl-C's answer")
    assert stack.end(signal.SIGINT) == 0
    assert not any(running(pid) for pid in pids.values())


def test_children_of_a_service_are_killed_with_it(small_stack: Callable[..., SmallStack], tmp_path: Path) -> None:
    stack = small_stack(("parent", WITH_STUBBORN_CHILD, 10))
    stack.wait_until_up()
    grandchild = int((tmp_path / "grandchild").read_text())
    assert running(grandchild)
    assert stack.end(signal.SIGTERM) == 0
    assert not running(grandchild)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can tie a process to its parent")
def test_services_die_with_a_supervisor_that_was_killed(small_stack: Callable[..., SmallStack]) -> None:
    stack = small_stack(("one", POLITE, 10), ("deaf", STUBBORN, 10))
    pids = stack.wait_until_up()
    stack.end(signal.SIGKILL)
    until(lambda: not any(running(pid) for pid in pids.values()), 60, "the end of the services")


def test_a_killed_service_is_started_again(small_stack: Callable[..., SmallStack]) -> None:
    stack = small_stack(("one", POLITE, 10), ("two", POLITE, 10))
    before = stack.wait_until_up()
    os.kill(before["two"], signal.SIGKILL)
    until(lambda: stack.said().count("two    | up") == 2, 60, "the second start")
    after = stack.pids()
    assert after["two"] != before["two"]
    assert after["one"] == before["one"]
    assert "The two ended (killed by SIGKILL)" in stack.said()


def test_a_crash_loop_ends_the_stack(small_stack: Callable[..., SmallStack]) -> None:
    stack = small_stack(("calm", POLITE, 10), ("sick", CRASHES, 10))
    assert stack.process.wait(60) == 1
    assert "The sick ended 5 times shortly after it was started" in stack.said()
    assert stack.said().count("last line") == 5
    assert stack.pids() == {}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a device that is always full")
def test_a_note_that_does_not_fit_on_the_disk_stops_nothing(
    small_stack: Callable[..., SmallStack], tmp_path: Path
) -> None:
    (tmp_path / "pids.part").symlink_to("/dev/full")
    stack = small_stack(("one", POLITE, 10))
    until(lambda: "one    | up" in stack.said(), 20, "the start")
    assert "cannot be written: No space left on device" in stack.said()
    (tmp_path / "pids.part").unlink()
    psutil.Process(stack.process.pid).children()[0].kill()
    until(lambda: "one" in stack.pids(), 20, "the note")
    assert stack.end(signal.SIGTERM) == 0


def test_a_service_that_ends_on_a_full_disk_is_started_until_there_is_room(
    small_stack: Callable[..., SmallStack], tmp_path: Path
) -> None:
    (tmp_path / "full").touch()
    stack = small_stack(("sick", CRASHES, 10))
    until(lambda: stack.said().count("The sick ended") == 5, 60, "five ends")
    (tmp_path / "full").unlink()
    assert stack.process.wait(60) == 1
    assert "The sick ended 6 times" in stack.said()


def test_a_closed_pipe_stops_the_stack_quietly(tmp_path: Path) -> None:
    chatty = "import time\nwhile True:\n  print('x' * 1000)\n  time.sleep(0.01)"
    command = [sys.executable, "-m", "tests.support.small_stack", str(tmp_path), json.dumps([("chatty", chatty, 5)])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"chatty" in process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""
