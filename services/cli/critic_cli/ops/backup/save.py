"""Save: from a running stack to an archive."""

import os
import shutil
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from critic_cli.files.partial_file import partial_file
from critic_cli.ops.backup.archive import SNAPSHOT, BackupManifest, Writer, is_stored_file
from critic_cli.ops.backup.compose_stack import Stack
from critic_cli.ops.compose_project import EngineError

PREFIX = "photo-critic-"


def save_backup(stack: Stack, destination: Path) -> tuple[Path, BackupManifest]:
    """Write an archive to a file, or into a folder under a name with the time; atomically.

    Redis first: the files of photos and batches are stored before Redis hears of them, so everything in the snapshot
    has its files by then. Later photos are in the archive too, and a restore leaves them out; later files of batches
    are orphans after it.
    """
    if "redis" not in stack.running():
        raise EngineError("Redis does not run")
    now = datetime.now(UTC).replace(microsecond=0)
    path = destination / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}.tar" if destination.is_dir() else destination
    with partial_file(path) as partial, open(partial, "wb", opener=_private) as file:
        manifest = _write(stack, file, now.isoformat())
        file.flush()
        os.fsync(file.fileno())
    stack.note_backup(int(time.time()))
    return path, manifest


def delete_old(folder: Path, keep: int) -> None:
    """Delete all but the newest archives of a folder; files of other names stay."""
    for path in sorted(folder.glob(f"{PREFIX}*Z.tar"))[:-keep]:
        path.unlink()


def _write(stack: Stack, file: IO[bytes], saved_at: str) -> BackupManifest:
    writer = Writer(file)
    with TemporaryFile(dir=Path(file.name).parent) as buffer, stack.snapshot() as (keys, data):
        shutil.copyfileobj(data, buffer)
        size = buffer.tell()
        buffer.seek(0)
        writer.add(SNAPSHOT, size, buffer)
    if stack.has_storage_volume:
        _add_files(stack, writer)
    manifest = BackupManifest(saved_at, stack.version, stack.storage, keys, writer.digests.copy())
    writer.close(manifest)
    return manifest


def _add_files(stack: Stack, writer: Writer) -> None:
    with stack.stored_files() as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            data = tar.extractfile(entry)
            if data is not None and is_stored_file(entry.name):
                writer.add(entry.name, entry.size, data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
