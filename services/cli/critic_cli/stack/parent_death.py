"""Run a command that dies with its parent: `python parent_death.py PARENT_PID COMMAND…`. Only the standard library.

A supervisor killed by SIGKILL cannot stop its services, so the kernel does: PR_SET_PDEATHSIG survives exec, and the
kernel kills the command as soon as its parent dies. Linux only; elsewhere the next start ends the survivors
(stale_processes.py).

Source: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Request SIGKILL at the parent's death; exit if it died before the request."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is the point
