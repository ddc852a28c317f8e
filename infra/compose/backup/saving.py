"""From a stack that runs to an archive."""

import os
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from infra.compose.backup.archive import SNAPSHOT, Manifest, Writer, photo_of
from infra.compose.backup.stack import Stack
from infra.compose.project import EngineError

PREFIX = "photo-critic-"


def save(stack: Stack, wanted: Path) -> tuple[Path, Manifest]:
    """Write an archive to that file, or into that folder under the time's name. It is there whole, or not at all.

    Redis first: a photo's bytes are stored before Redis hears of it, so whatever the snapshot names has its bytes by
    then. Photos that come later are in the archive too, and restoring leaves them out.
    """
    if "redis" not in stack.running():
        raise EngineError("Redis does not run")
    now = datetime.now(UTC).replace(microsecond=0)
    path = wanted / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}.tar" if wanted.is_dir() else wanted
    part = path.with_name(f"{path.name}.part")
    try:
        with open(part, "wb", opener=_private) as file:
            manifest = _write(stack, file, now.isoformat())
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return path, manifest


def thin_out(folder: Path, keep: int) -> None:
    """Delete all but the newest archives of a folder; files of other names stay."""
    for path in sorted(folder.glob(f"{PREFIX}*Z.tar"))[:-keep]:
        path.unlink()


def _write(stack: Stack, file: IO[bytes], saved_at: str) -> Manifest:
    writer = Writer(file)
    with TemporaryFile(dir=Path(file.name).parent) as held, stack.snapshot() as (keys, data):
        shutil.copyfileobj(data, held)
        size = held.tell()
        held.seek(0)
        writer.add(SNAPSHOT, size, held)
    if stack.keeps_photos:
        _add_photos(stack, writer)
    manifest = Manifest(saved_at, stack.version, stack.storage, keys, writer.digests.copy())
    writer.close(manifest)
    return manifest


def _add_photos(stack: Stack, writer: Writer) -> None:
    with stack.photos() as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            data = tar.extractfile(entry)
            if data is not None and photo_of(entry.name):
                writer.add(entry.name, entry.size, data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
