"""Run a command that dies with its parent: `python leash.py PARENT_PID COMMAND…`. Only the standard library.

A supervisor that is killed with SIGKILL cannot clean up after itself, so the kernel has to: PR_SET_PDEATHSIG survives
exec, and the command is killed the moment its parent is gone. Other systems than Linux have no such thing; there the
next start reaps what is left (see stale.py).

Source: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Ask for SIGKILL when the parent dies; exit at once when it died before we asked."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is the point
