"""`python -m tests.support.without_posix COMMAND…`: the command line without what only POSIX systems have.

Python's own modules need theirs here, so only imports by our code fail; the signals are gone for everybody.
"""

import asyncio  # noqa: F401 - reads the signals at import
import builtins
import os
import signal
import subprocess  # noqa: F401 - the same
import sys
from typing import Any

MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog"}
WINDOWS_SIGNALS = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"}
FUNCTIONS = ("fork", "kill", "killpg", "setsid", "getuid", "geteuid", "getpgid", "fchmod", "chown", "statvfs", "mkfifo")

_import = builtins.__import__


def _guarded(name: str, globals_: Any = None, *arguments: Any, **options: Any) -> Any:
    importer = str((globals_ or {}).get("__name__", ""))
    if name.split(".", maxsplit=1)[0] in MODULES and importer.startswith("critic_"):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    return _import(name, globals_, *arguments, **options)


def remove_posix() -> None:
    """From here on, this process has the modules, signals and functions of Windows."""
    builtins.__import__ = _guarded
    for name in [name for name in dir(signal) if name.startswith("SIG") and name.isalnum()]:
        if name not in WINDOWS_SIGNALS:
            delattr(signal, name)
    for name in FUNCTIONS:
        delattr(os, name)


if __name__ == "__main__":
    remove_posix()
    from critic_cli.entry import main

    sys.argv[0] = "photo-critic"
    main()
