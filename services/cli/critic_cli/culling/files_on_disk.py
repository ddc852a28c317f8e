"""Writing on the photographer's disk. No photo is ever deleted, moved or overwritten, and no file is left incomplete.

Cards and sticks (FAT, exFAT) know no hard links, permissions or owners: what they refuse is left out.
"""

import errno
import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from critic_cli.files.find import KEEPERS_MARK

FileState = tuple[int, int]
"""Size in bytes, and time of the last change in ns: equal for files that nobody changed."""


def state_of(file: Path) -> FileState:
    """The present state of a file. Raises OSError."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def copy_files(files: Iterable[Path], folder: Path, to: Path) -> Iterator[str]:
    """Copy files of `folder` below `to`, with their folders. A different file there stays. Yields problems."""
    for file in files:
        target = to / file.relative_to(folder)
        try:
            if target.exists() and not filecmp.cmp(file, target, shallow=False):
                yield f"{target}: A different file has this name; it was left unchanged."
            elif not target.exists():
                _copy(file, target)
        except OSError as error:
            yield f"{file}: It could not be copied: {error.strerror or error}."


def mark_keepers(to: Path) -> None:
    """Mark a folder of copied keepers, so that later runs on a folder around it pass it over."""
    to.mkdir(parents=True, exist_ok=True)
    (to / KEEPERS_MARK).touch()


def replace_file(path: Path, data: bytes) -> None:
    """Replace atomically, unless nothing changed. A symbolic link stays, and the file behind it is replaced.

    Raises OSError, also for a link that leads nowhere: its target may be on a disk that is not connected.
    """
    if path.is_symlink() and not path.exists():
        raise FileNotFoundError(errno.ENOENT, "the link's target is missing")
    path = path.resolve()
    if path.exists() and path.read_bytes() == data:
        return
    partial_file = path.with_name(f".{path.name}.part")
    try:
        _create(partial_file)
        partial_file.write_bytes(data)
        if path.exists():
            with suppress(OSError):
                shutil.copymode(path, partial_file)
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)


def _copy(file: Path, target: Path) -> None:
    """Copy with the modification time; a failure leaves no incomplete file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial_file = target.with_name(f".{target.name}.part")
    try:
        _create(partial_file)
        shutil.copyfile(file, partial_file)
        with suppress(OSError):
            shutil.copystat(file, partial_file)
        with suppress(OSError):  # copystat may have stopped before the times
            os.utime(partial_file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
        _publish(partial_file, target)
    finally:
        partial_file.unlink(missing_ok=True)


def _create(partial_file: Path) -> None:
    """Create an empty file in place of anything with this name: a link there would be written through."""
    partial_file.unlink(missing_ok=True)
    partial_file.touch(exist_ok=False)


def _publish(partial_file: Path, target: Path) -> None:
    """Give the file its name unless another file got it meanwhile: FileExistsError."""
    try:
        os.link(partial_file, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        partial_file.replace(target)
