"""Processes that survived an earlier run. Their identity excludes newer processes with a recycled id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_KILL_DEADLINE_SECONDS = 10.0


def identity(pid: int) -> str | None:
    """A value that differs between successive processes with this id; None without a living process."""
    if sys.platform.startswith("linux"):
        return _linux_identity(pid)
    output = subprocess.run(  # noqa: S603 - only a number varies
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return output[1].strip() if len(output) == 2 and not output[0].startswith("Z") else None


def _linux_identity(pid: int) -> str | None:
    """The boot id, and the clock tick of the process's start (proc_pid_stat(5), fields 3 and 22)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":  # dead, and not yet collected
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def kill_stale(processes: Mapping[int, str]) -> list[int]:
    """Kill the process groups of those pids (pid → identity) that are still alive. Returns the killed pids."""
    stale = [pid for pid, known in processes.items() if identity(pid) == known]
    for pid in stale:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    deadline = time.monotonic() + _KILL_DEADLINE_SECONDS
    while any(identity(pid) == processes[pid] for pid in stale) and time.monotonic() < deadline:
        time.sleep(0.02)
    return stale
