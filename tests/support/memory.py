"""How much memory something takes, in a process of its own."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_PEAK = """
    def peak():
        lines = open("/proc/self/status").read().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
"""


def printed_by(code: str, stdin: bytes) -> list[int]:
    """The numbers that `code` prints in a fresh interpreter that reads `given`; it may call `peak()`, megabytes so far.

    VmHWM and not getrusage: the latter begins with what the process that started this one had.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    command = [sys.executable, "-c", textwrap.dedent(_PEAK) + textwrap.dedent(code)]
    done = subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=120)
    return [int(number) for number in done.stdout.split()]
