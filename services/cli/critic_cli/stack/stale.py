"""Processes that an earlier run left behind, told from strangers that were given the same process id since."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_GONE_DEADLINE_SECONDS = 10.0


def identity(pid: int) -> str | None:
    """Something that differs between two processes that had this id one after the other; None when there is none."""
    if sys.platform.startswith("linux"):
        return _linux_identity(pid)
    shown = subprocess.run(  # noqa: S603 - a number is all that varies
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return shown[1].strip() if len(shown) == 2 and not shown[0].startswith("Z") else None


def _linux_identity(pid: int) -> str | None:
    """This boot, and the clock tick within it at which the process started (proc_pid_stat(5), fields 3 and 22)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":  # dead already, only not yet collected
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def reap(left_behind: Mapping[int, str]) -> list[int]:
    """Kill the process groups led by those pids, where the identity still fits. Returns the pids killed."""
    ours = [pid for pid, known in left_behind.items() if identity(pid) == known]
    for pid in ours:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_DEADLINE_SECONDS
    while any(identity(pid) == left_behind[pid] for pid in ours) and time.monotonic() < deadline:
        time.sleep(0.02)
    return ours
