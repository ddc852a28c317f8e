"""From an archive to a stack."""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.compose.backup.archive import SNAPSHOT, Manifest, checked, each, photo_of
from infra.compose.backup.stack import WRITERS, Stack


class RestoreRefused(Exception):
    """Nothing was changed; the message is a sentence for people."""


@dataclass(frozen=True)
class Restored:
    """What is there now."""

    manifest: Manifest
    photos: int
    """Whose time was not up yet."""
    gone: int
    """Deleted while the backup was made, and so again."""


def restore(stack: Stack, path: Path, replace: bool) -> Restored:
    """Put what an archive has in the place of what the stack has. Raises ArchiveRefused, RestoreRefused.

    Everything is looked at, loaded and unpacked beside what is there before any service stops; what is there is
    replaced by renaming. Services that ran run again.
    """
    manifest = checked(path)
    _fitting(stack, manifest, path)
    ran, leftovers = stack.running(), ["restoring"]
    stack.start_redis()
    try:
        if stack.has_photos_or_albums() and not replace:
            raise RestoreRefused("This stack has photos or albums. With --replace the archive's take their place.")
        known = _prepare(stack, path)
        with _quiet(stack, ran):
            gone = _take_over(stack, known, manifest)
        leftovers.append("replaced")
        return Restored(manifest, len(known), len(gone))
    finally:
        stack.tidy(leftovers)
        if "redis" not in ran:
            stack.stop(["redis"])


def _fitting(stack: Stack, manifest: Manifest, path: Path) -> None:
    if manifest.storage == stack.storage:
        return
    raise RestoreRefused(
        f"{path} is of a stack with photos in {manifest.storage}, and this one keeps them in {stack.storage}: "
        "set CRITIC_STORAGE_URL to the same."
    )


def _prepare(stack: Stack, path: Path) -> set[str]:
    """Load the snapshot and unpack the photos it names, beside what is there; the ids of those photos."""
    known: set[str] = set()
    with stack.loading(known) as snapshot:
        for _, _, data in each(path, lambda name: name == SNAPSHOT):
            shutil.copyfileobj(data, snapshot)
    if stack.keeps_photos:
        with stack.unpacking() as stream, tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for name, size, data in each(path, lambda name: photo_of(name) in known):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = size, 0o644
                tar.addfile(entry, data)
    return known


def _take_over(stack: Stack, known: set[str], manifest: Manifest) -> set[str]:
    """What waits takes the place of what is there; photos without bytes in the archive are forgotten. Their ids."""
    stack.swap()
    stack.start_redis()
    gone = known - manifest.originals if stack.keeps_photos else set()
    if gone:
        stack.forget(gone)
    return gone


@contextmanager
def _quiet(stack: Stack, ran: list[str]) -> Iterator[None]:
    """Nobody uses Redis or photos meanwhile."""
    writers = [service for service in ran if service in WRITERS]
    try:
        stack.stop([*writers, "redis"])
        yield
    finally:
        stack.start_redis()
        stack.start(writers)
