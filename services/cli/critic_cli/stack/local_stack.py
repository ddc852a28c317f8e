"""A temporary local stack: `photo-critic up` on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from critic_cli.errors import CommandError
from critic_cli.stack import parent_death
from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.readiness import local_client, missing_parts

START_SECONDS = 120.0
STOP_SECONDS = 60.0
_POLL_SECONDS = 0.2


@contextmanager
def local_stack(folder: Path) -> Iterator[str]:
    """The address of a stack with its photos in `folder`, stopped at the end. CommandError with the reason."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / "stack.log"
    up = [sys.executable, "-P", "-m", "critic_cli", "up", "--port", "0", "--data-folder", str(folder)]
    command = [sys.executable, parent_death.__file__, str(os.getpid()), *up]
    with log.open("wb") as out:
        # A session of its own: Ctrl-C reaches only this process, which stops the stack in order.
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - ourselves
    try:
        yield _wait_until_ready(process, DataFolder(folder), log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: DataFolder, log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    with local_client() as http:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise CommandError(f"The stack did not start: {_last_line(log)}")
            stack = folder.running_stack()
            if stack is not None and missing_parts(stack.gateway_url, http) is None:
                return stack.gateway_url
            time.sleep(_POLL_SECONDS)
    raise CommandError(f"The stack was not ready within {START_SECONDS:.0f} s; its log is {log}.")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"its log is empty ({log})."
