"""A stack of one's own, for as long as it is needed: `photo-critic up` on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from critic_cli.refusal import Refusal
from critic_cli.stack import leash
from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.readiness import client, what_is_missing

START_SECONDS = 120.0
STOP_SECONDS = 60.0
_POLL_SECONDS = 0.2


@contextmanager
def local_stack(folder: Path) -> Iterator[str]:
    """The address of a stack that keeps its photos in `folder`; it is stopped afterwards. Refusal with the reason."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / "stack.log"
    up = [sys.executable, "-P", "-m", "critic_cli", "up", "--port", "0", "--data-folder", str(folder)]
    command = [sys.executable, leash.__file__, str(os.getpid()), *up]
    with log.open("wb") as out:
        # A session of its own: Ctrl-C is for us, and we stop it in order.
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - ourselves
    try:
        yield _ready(process, DataFolder(folder), log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _ready(process: "subprocess.Popen[bytes]", folder: DataFolder, log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    with client() as http:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise Refusal(f"The stack did not start: {_last_words(log)}")
            note = folder.note()
            if note is not None and what_is_missing(note.gateway_url, http) is None:
                return note.gateway_url
            time.sleep(_POLL_SECONDS)
    raise Refusal(f"The stack was not ready within {START_SECONDS:.0f} s; what it said is in {log}.")


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it said nothing ({log})."
