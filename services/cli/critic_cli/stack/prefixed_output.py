"""Output of many processes on one screen, each line with the name of its process."""

import errno
import os
import signal
import sys
import threading
from typing import TextIO

SUPERVISOR = "critic"
_COLOURS = (36, 33, 32, 35, 34)  # ANSI: cyan, yellow, green, magenta, blue
_BOLD = 1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PrefixedOutput:
    """Writes `name | line`, in colour on a terminal unless NO_COLOR is set. Thread-safe."""

    def __init__(self, names: tuple[str, ...], out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._width = max(map(len, (SUPERVISOR, *names)))
        self._codes = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(names)}
        self._coloured = self._out.isatty() and "NO_COLOR" not in os.environ

    def write(self, line: str, name: str = SUPERVISOR) -> None:
        """Write one line of a service, or of the supervisor."""
        prefix = f"{name:<{self._width}} |"
        if self._coloured:
            prefix = f"\x1b[{self._codes.get(name, _BOLD)}m{prefix}\x1b[0m"
        self._write(f"{prefix} {line}\n")

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                self._out.write(text)
                self._out.flush()
            except OSError as error:
                if error.errno in _FULL:  # the line is lost, and nothing else
                    return
                # No reader any more (a closed terminal, `| head`): stop as on Ctrl-C, without output.
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
                os.kill(os.getpid(), signal.SIGTERM)
