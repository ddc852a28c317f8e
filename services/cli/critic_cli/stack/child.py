"""One running process of a service, leader of its own process group."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from critic_cli.stack.service import Service

_LEASH = Path(__file__).with_name("leash.py")
_LONGEST_LINE = 65536  # bytes; a longer one is written in pieces
_LAST_WORDS_SECONDS = 2.0


class Child:
    """Starts the process; must be made by the main thread, because the leash is tied to the thread that forked.

    `on_line` gets every line it writes, `on_death` this child and its exit code when it and its whole group are gone;
    both are called from threads of this child.
    """

    def __init__(
        self, service: Service, on_line: Callable[[str, str], None], on_death: Callable[["Child", int], None]
    ) -> None:
        self.service = service
        self._on_line = on_line
        self._on_death = on_death
        self._process = subprocess.Popen(  # noqa: S603 - the commands are our own
            [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *service.command],
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the supervisor; and a group of its own can be killed whole
        )
        self.pid = self._process.pid
        self._mouth = threading.Thread(target=self._speak, daemon=True)
        self._mouth.start()
        threading.Thread(target=self._mourn, daemon=True).start()

    def terminate(self) -> None:
        """Ask it to finish."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, now."""
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
            os.killpg(self.pid, signal.SIGKILL)

    def _speak(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while line := stream.readline(_LONGEST_LINE):
                self._on_line(line.decode(errors="replace").rstrip(), self.service.name)

    def _mourn(self) -> None:
        code = self._process.wait()
        self.kill()  # what it started and left behind
        self._mouth.join(_LAST_WORDS_SECONDS)
        self._on_death(self, code)
