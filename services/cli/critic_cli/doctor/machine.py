"""Checks of the machine: Python, open files, disk."""

import os
import platform
import shutil
import sys
from pathlib import Path

from critic_cli.doctor.finding import Finding, broken, good, note

_OLDEST_PYTHON = (3, 11)
_FEWEST_FILES, _ENOUGH_FILES = 256, 1024
_LEAST_DISK, _ENOUGH_DISK = 500_000_000, 5_000_000_000  # bytes


def check_machine(data_folder: Path) -> list[Finding]:
    """Findings for Python, open files and disk."""
    return [_python(), _open_files(), _disk(data_folder)]


def nearest_existing(path: Path) -> Path:
    """The folder itself, or its nearest parent that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _python() -> Finding:
    if sys.version_info < _OLDEST_PYTHON:
        return broken("Python", f"Python {platform.python_version()} is too old.", "Install Python 3.11 or newer.")
    return good("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _open_files() -> Finding:
    if os.name != "posix":
        return good("Open files", "no limit on this system")
    import resource  # noqa: PLC0415 - POSIX alone

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    sentence = f"a process may open {'any number of' if allowed == resource.RLIM_INFINITY else allowed} files"
    if allowed == resource.RLIM_INFINITY or allowed >= _ENOUGH_FILES:
        return good("Open files", sentence)
    advice = f"Before starting: ulimit -n {4 * _ENOUGH_FILES}"
    return (broken if allowed < _FEWEST_FILES else note)("Open files", sentence, advice)


def _disk(data_folder: Path) -> Finding:
    free = shutil.disk_usage(nearest_existing(data_folder)).free
    sentence = f"{free / 1e9:.1f} GB free for {data_folder}"
    if free >= _ENOUGH_DISK:
        return good("Disk", sentence)
    advice = "Make room, or keep the data elsewhere with --data-folder."
    return (broken if free < _LEAST_DISK else note)("Disk", sentence, advice)
