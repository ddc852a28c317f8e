"""One screen for many processes: every line says who speaks."""

import os
import signal
import sys
import threading
from typing import TextIO

OURSELVES = "critic"
_COLOURS = (36, 33, 32, 35, 34)  # ANSI: cyan, yellow, green, magenta, blue
_BOLD = 1


class Narrator:
    """Writes `name | line`; in colour on a terminal, unless NO_COLOR is set. Safe to call from any thread."""

    def __init__(self, names: tuple[str, ...], out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._width = max(map(len, (OURSELVES, *names)))
        self._codes = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(names)}
        self._coloured = self._out.isatty() and "NO_COLOR" not in os.environ

    def say(self, line: str, name: str = OURSELVES) -> None:
        """Write one line of one service, or of ourselves."""
        prefix = f"{name:<{self._width}} |"
        if self._coloured:
            prefix = f"\x1b[{self._codes.get(name, _BOLD)}m{prefix}\x1b[0m"
        self._write(f"{prefix} {line}\n")

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                self._out.write(text)
                self._out.flush()
            except OSError:  # nobody reads any more (a closed terminal, `| head`): stop like on Ctrl-C, and say no more
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
                os.kill(os.getpid(), signal.SIGTERM)
