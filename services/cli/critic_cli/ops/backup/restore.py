"""Restore: from an archive to a stack."""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from critic_cli.ops.backup.archive import SNAPSHOT, BackupManifest, is_batch_file, photo_id_of, read_files, verify
from critic_cli.ops.backup.compose_stack import WRITERS, Stack


class RestoreRefused(Exception):
    """Nothing was changed; the message is a sentence for people."""


@dataclass(frozen=True)
class Restored:
    """The result of a restore."""

    manifest: BackupManifest
    photos: int
    """Photos in Redis, expired ones excluded."""
    deleted: int
    """Photos without bytes in the archive: deleted during the backup, and deleted again."""


def restore_backup(stack: Stack, path: Path, replace: bool) -> Restored:
    """Replace the data of a stack by that of an archive. Raises InvalidArchive, RestoreRefused.

    The archive is verified, loaded and unpacked beside the current data before any service stops; the replacement
    itself is a rename. Services that ran run again.
    """
    manifest = verify(path)
    _check_storage(stack, manifest, path)
    services, leftovers = stack.running(), ["restoring"]
    stack.start_redis()
    try:
        if stack.has_data() and not replace:
            raise RestoreRefused("This stack has data of its own. With --replace the archive's takes its place.")
        photo_ids = _stage(stack, path)
        with _writers_stopped(stack, services):
            deleted = _switch(stack, photo_ids, manifest)
        leftovers.append("replaced")
        return Restored(manifest, len(photo_ids), len(deleted))
    finally:
        stack.remove_leftovers(leftovers)
        if "redis" not in services:
            stack.stop(["redis"])


def _check_storage(stack: Stack, manifest: BackupManifest, path: Path) -> None:
    if manifest.storage == stack.storage:
        return
    raise RestoreRefused(
        f"{path} is of a stack with photos in {manifest.storage}, and this one keeps them in {stack.storage}: "
        "set CRITIC_STORAGE_URL to the same."
    )


def _stage(stack: Stack, path: Path) -> set[str]:
    """Load the snapshot and unpack its files beside the current data; the ids of its photos."""
    photo_ids: set[str] = set()
    with stack.loading_snapshot(photo_ids) as snapshot:
        for _, _, data in read_files(path, lambda name: name == SNAPSHOT):
            shutil.copyfileobj(data, snapshot)
    if stack.has_storage_volume:
        with (
            stack.unpacking_files() as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, size, data in read_files(
                path, lambda name: photo_id_of(name) in photo_ids or is_batch_file(name)
            ):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = size, 0o644
                tar.addfile(entry, data)
    return photo_ids


def _switch(stack: Stack, photo_ids: set[str], manifest: BackupManifest) -> set[str]:
    """Replace the current data by the staged, and delete photos without bytes in the archive; their ids."""
    stack.swap()
    stack.start_redis()
    missing = photo_ids - manifest.originals if stack.has_storage_volume else set()
    if missing:
        stack.delete_photos(missing)
    return missing


@contextmanager
def _writers_stopped(stack: Stack, services: list[str]) -> Iterator[None]:
    """Redis and all its writers are stopped inside the block."""
    writers = [service for service in services if service in WRITERS]
    try:
        stack.stop([*writers, "redis"])
        yield
    finally:
        stack.start_redis()
        stack.start(writers)
