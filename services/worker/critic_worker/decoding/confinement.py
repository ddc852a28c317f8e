"""What a decoder may do: compute in bounded memory and time, and read its own libraries. Linux; elsewhere the limits
of POSIX alone.

The restriction of files, network and other processes' memory is Landlock's, where the kernel has it.
Sources: https://man7.org/linux/man-pages/man2/setrlimit.2.html, https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import resource
import signal
import struct
import sys
import time
from pathlib import Path

MEBI = 1024 * 1024
OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ALL_FILE_RIGHTS, _READ, _TCP_RIGHTS = (1 << 13) - 1, 0b1101, 0b11
_O_PATH = getattr(os, "O_PATH", 0)


def confine(parent: int, memory_mib: int) -> None:
    """Confine this process for good; it ends with its parent."""
    _limit(resource.RLIMIT_AS, memory_mib * MEBI)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            _restrict_files(libc)
    if os.getppid() != parent:
        sys.exit(1)


def limit_cpu(seconds: int) -> None:
    """Let this process use so many more seconds of a core; then the kernel ends it (SIGXCPU)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _restrict_files(libc: ctypes.CDLL) -> None:
    """Read nothing but libraries, connect nowhere, trace nobody; no restriction where the kernel knows none."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    rights = struct.pack("=QQ", _ALL_FILE_RIGHTS, _TCP_RIGHTS) if version >= 4 else struct.pack("=Q", _ALL_FILE_RIGHTS)
    rules = libc.syscall(_CREATE_RULESET, rights, ctypes.c_size_t(len(rights)), 0)
    if rules < 0:
        return
    for folder in _library_folders():
        opened = os.open(folder, _O_PATH | os.O_CLOEXEC)
        libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", _READ, opened), 0)
        os.close(opened)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _library_folders() -> set[str]:
    named = ("/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix, *sys.path)
    return {folder for folder in named if folder and Path(folder).is_dir()}
