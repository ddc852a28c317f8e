"""The folder of a local stack."""

import subprocess
import sys
from pathlib import Path

import pytest

from critic_cli.errors import CommandError
from critic_cli.stack.data_folder import DataFolder, RunningStack

NOTE = RunningStack(
    supervisor=4711,
    gateway_url="http://127.0.0.1:8000",
    redis_url="redis://:secret@127.0.0.1:1/0",
    storage_url="file:///x",
    inference_grpc="127.0.0.1:2",
    inference_http="http://127.0.0.1:3",
    processes={12: "boot:34"},
)


def test_two_stacks_cannot_share_a_folder(tmp_path: Path) -> None:
    DataFolder(tmp_path).write_note(NOTE)
    with (
        DataFolder(tmp_path).lock(),
        pytest.raises(CommandError, match=r"already running at http://127.0.0.1:8000 \(process 4711\)"),
        DataFolder(tmp_path).lock(),
    ):
        pytest.fail("the second got the lock")


def test_a_dead_process_holds_no_lock(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from critic_cli.stack.data_folder import DataFolder
with DataFolder(Path({str(tmp_path)!r})).lock():
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with DataFolder(tmp_path).lock():
        assert (tmp_path / "queue").is_dir()


def test_the_note_comes_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.running_stack() is None
    folder.write_note(NOTE)
    assert folder.running_stack() == NOTE
    assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600
    folder.delete_note()
    assert folder.running_stack() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"supervisor": "?"}'])
def test_a_damaged_note_is_no_note(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text)
    assert DataFolder(tmp_path).running_stack() is None


def test_a_folder_that_cannot_be_created_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(CommandError, match="cannot be used: Not a directory"),
        DataFolder(tmp_path / "file" / "x").lock(),
    ):
        pytest.fail("a file became a folder")


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "new").lock():
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
