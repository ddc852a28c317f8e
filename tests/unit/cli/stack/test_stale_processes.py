"""Processes of an earlier run are killed; another process with a recycled id is not."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from critic_cli.stack.stale_processes import identity, kill_stale


@pytest.fixture
def left_behind() -> Iterator[subprocess.Popen[bytes]]:
    code = "import time; print('up', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_stale_process_is_killed_with_its_whole_group(left_behind: subprocess.Popen[bytes]) -> None:
    known = identity(left_behind.pid)
    assert known is not None
    assert kill_stale({left_behind.pid: known}) == [left_behind.pid]
    assert left_behind.wait(5) < 0
    assert identity(left_behind.pid) is None


def test_another_process_with_the_same_id_survives(left_behind: subprocess.Popen[bytes]) -> None:
    assert kill_stale({left_behind.pid: "another boot, another tick"}) == []
    assert left_behind.poll() is None


def test_an_identity_stays_and_differs_between_processes(left_behind: subprocess.Popen[bytes]) -> None:
    assert identity(left_behind.pid) == identity(left_behind.pid) != identity(os.getpid())
