"""A running process of a service, the leader of its own process group."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from critic_cli.stack.service import Service

_PARENT_DEATH = Path(__file__).with_name("parent_death.py")
_MAX_LINE_BYTES = 65536  # longer lines are split
_LAST_LINES_SECONDS = 2.0


class Child:
    """Starts the process. Only in the main thread: PR_SET_PDEATHSIG applies to the thread that forked.

    `on_line` receives each line of output, `on_exit` this child and its exit code after the end of its whole group;
    both are called in threads of this child.
    """

    def __init__(
        self, service: Service, on_line: Callable[[str, str], None], on_exit: Callable[["Child", int], None]
    ) -> None:
        self.service = service
        self._on_line = on_line
        self._on_exit = on_exit
        self._process = subprocess.Popen(  # noqa: S603 - the commands are our own
            [sys.executable, "-I", "-S", str(_PARENT_DEATH), str(os.getpid()), *service.command],
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches only the supervisor, and the whole group can be killed
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read_lines, daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, daemon=True).start()

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the whole process group."""
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
            os.killpg(self.pid, signal.SIGKILL)

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while data := stream.readline(_MAX_LINE_BYTES):
                line = data.decode(errors="replace").rstrip()
                if not any(text in line for text in self.service.hidden_lines):
                    self._on_line(line, self.service.name)

    def _wait(self) -> None:
        code = self._process.wait()
        self.kill()  # its surviving children
        self._reader.join(_LAST_LINES_SECONDS)
        self._on_exit(self, code)
