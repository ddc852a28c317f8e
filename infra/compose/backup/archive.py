"""The file that a backup is: a tar with a snapshot of Redis, photos, and, last, a manifest with a digest of each.

The manifest stands at the end, so that an archive is written in one go, and one that was cut off anywhere has none.
It can be looked at with `tar` alone: `tar -xOf FILE manifest.json`.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

MANIFEST, SNAPSHOT = "manifest.json", "redis.rdb"
PHOTO = re.compile(r"photos/[0-9a-f]{2}/(?P<id>[0-9a-f-]{36})/(original|preview\.jpg)")
KIND, FORMAT = "photo-critic backup", 1
PIECE_BYTES = 1 << 20


class ArchiveRefused(Exception):
    """Not a backup, or not a whole one; the message is a sentence for people."""


@dataclass(frozen=True)
class Manifest:
    """What an archive is, and a SHA-256 for each of its files."""

    saved_at: str
    version: str
    """Of the software that the stack ran."""
    storage: str
    """Where photos were: a folder's, then they are in the archive, or a bucket's, then they are not."""
    keys: int
    """In Redis."""
    files: dict[str, str] = field(default_factory=dict)
    kind: str = KIND
    format: int = FORMAT

    @property
    def originals(self) -> set[str]:
        """The photos whose bytes are in the archive; a preview alone is what a deletion had not come to yet."""
        return {name.split("/")[2] for name in self.files if name.endswith("/original")}


class Writer:
    """Puts files into an archive that is written from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `close`
        self.digests: dict[str, str] = {}

    def add(self, name: str, size: int, data: IO[bytes]) -> None:
        """A file of just this size."""
        entry, reading = tarfile.TarInfo(name), _Digesting(data)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, reading)
        self.digests[name] = reading.digest.hexdigest()

    def close(self, manifest: Manifest) -> None:
        """The manifest, and the end."""
        told = json.dumps(asdict(manifest), indent=1).encode()
        self.add(MANIFEST, len(told), io.BytesIO(told))
        self._tar.close()


def photo_of(name: str) -> str | None:
    """Whose bytes a file of an archive, or of the storage, is."""
    found = PHOTO.fullmatch(name)
    return found["id"] if found else None


def checked(path: Path) -> Manifest:
    """The manifest of an archive, every byte of which is what was saved. Raises ArchiveRefused."""
    digests: dict[str, str] = {}
    told = b""
    with _refusing(path), tarfile.open(path, "r:") as tar:
        for name, data in _files(tar, path):
            reading = _Digesting(data)
            told = reading.read() if name == MANIFEST else b""
            while reading.read(PIECE_BYTES):
                pass
            digests[name] = reading.digest.hexdigest()
    digests.pop(MANIFEST, None)
    manifest = _manifest(told, path)
    if manifest.files != digests:
        wrong = sorted(
            name for name in manifest.files.keys() | digests if manifest.files.get(name) != digests.get(name)
        )
        raise ArchiveRefused(f"{path} is damaged: {wrong[0]} is not what was saved, {len(wrong)} such files in all.")
    return manifest


def each(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and bytes of those files of an archive that are wanted."""
    with tarfile.open(path, "r:") as tar:
        for entry in tar:
            data = tar.extractfile(entry)
            if data is not None and wanted(entry.name):
                yield entry.name, entry.size, data


def _files(tar: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every file in turn; whatever else there is belongs to no backup."""
    for entry in tar:
        data = tar.extractfile(entry) if entry.isfile() else None
        if data is None or (entry.name not in (MANIFEST, SNAPSHOT) and photo_of(entry.name) is None):
            raise ArchiveRefused(f"{path} is no backup of Photo Critic: it holds {entry.name!r}.")
        yield entry.name, data


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveRefused(f"{path} is no backup, or was cut off: {error}.") from error
    except OSError as error:
        raise ArchiveRefused(f"{path} cannot be read: {error.strerror or error}.") from error


def _manifest(told: bytes, path: Path) -> Manifest:
    if not told:
        raise ArchiveRefused(f"{path} has no {MANIFEST} at its end: it is no backup, or was cut off.")
    try:
        fields: dict[str, Any] = json.loads(told)
        if (fields["kind"], fields["format"]) != (KIND, FORMAT):
            raise ArchiveRefused(
                f"{path} is a {fields['kind']} of format {fields['format']}: this reads format {FORMAT}."
            )
        manifest = Manifest(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveRefused(f"{path} is no backup of Photo Critic: its {MANIFEST} says something else.") from error
    if SNAPSHOT not in manifest.files:
        raise ArchiveRefused(f"{path} has no {SNAPSHOT}.")
    return manifest


class _Digesting(io.RawIOBase):
    """Reads as a file does, and knows the digest of what was read."""

    def __init__(self, data: IO[bytes]) -> None:
        super().__init__()
        self._data, self.digest = data, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._data.read(size)
        self.digest.update(piece)
        return piece
