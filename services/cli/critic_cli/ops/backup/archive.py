"""The file format of a backup: a tar with a snapshot of Redis, files of photos and batches, and at the end a manifest
with their digests.

With the manifest at the end an archive is written in one pass, and a truncated one has none. `tar` can inspect it:
`tar -xOf FILE manifest.json`.
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
BATCH_FILE = re.compile(r"batches/[0-9a-f-]{36}/(manifest|results/[0-9]{6,})\.jsonl")
FOLDERS = ("photos", "batches")
"""Of the storage, in an archive."""
KIND, FORMAT = "photo-critic backup", 1
CHUNK_BYTES = 1 << 20


class InvalidArchive(Exception):
    """Not a backup, or a damaged one; the message is a sentence for people."""


@dataclass(frozen=True)
class BackupManifest:
    """The origin of an archive, and a SHA-256 for each of its files."""

    saved_at: str
    version: str
    """Version of Photo Critic."""
    storage: str
    """Storage URL; the archive holds the files of a folder, not those of a bucket."""
    keys: int
    """Keys in Redis."""
    files: dict[str, str] = field(default_factory=dict)
    kind: str = KIND
    format: int = FORMAT

    @property
    def originals(self) -> set[str]:
        """Ids of photos with their bytes in the archive; a preview alone is the rest of a deletion in progress."""
        return {name.split("/")[2] for name in self.files if name.endswith("/original")}


class Writer:
    """Writes an archive from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `close`
        self.digests: dict[str, str] = {}

    def add(self, name: str, size: int, data: IO[bytes]) -> None:
        """Add a file of exactly this size."""
        entry, reader = tarfile.TarInfo(name), _DigestReader(data)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, reader)
        self.digests[name] = reader.digest.hexdigest()

    def close(self, manifest: BackupManifest) -> None:
        """Add the manifest and end the archive."""
        encoded = json.dumps(asdict(manifest), indent=1).encode()
        self.add(MANIFEST, len(encoded), io.BytesIO(encoded))
        self._tar.close()


def photo_id_of(name: str) -> str | None:
    """The photo id in the name of a file of an archive, or of the storage; None for other files."""
    found = PHOTO.fullmatch(name)
    return found["id"] if found else None


def is_batch_file(name: str) -> bool:
    """True for manifests and results of batches."""
    return BATCH_FILE.fullmatch(name) is not None


def is_stored_file(name: str) -> bool:
    """True for files of photos and batches."""
    return photo_id_of(name) is not None or is_batch_file(name)


def verify(path: Path) -> BackupManifest:
    """The manifest of an archive, after a check of every digest. Raises InvalidArchive."""
    digests: dict[str, str] = {}
    encoded = b""
    with _archive_errors(path), tarfile.open(path, "r:") as tar:
        for name, data in _checked_files(tar, path):
            reader = _DigestReader(data)
            encoded = reader.read() if name == MANIFEST else b""
            while reader.read(CHUNK_BYTES):
                pass
            digests[name] = reader.digest.hexdigest()
    digests.pop(MANIFEST, None)
    manifest = _parse_manifest(encoded, path)
    if manifest.files != digests:
        wrong = sorted(
            name for name in manifest.files.keys() | digests if manifest.files.get(name) != digests.get(name)
        )
        raise InvalidArchive(f"{path} is damaged: {wrong[0]} is not what was saved, {len(wrong)} such files in all.")
    return manifest


def read_files(path: Path, select: Callable[[str], bool]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and bytes of the selected files of an archive."""
    with tarfile.open(path, "r:") as tar:
        for entry in tar:
            data = tar.extractfile(entry)
            if data is not None and select(entry.name):
                yield entry.name, entry.size, data


def _checked_files(tar: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every file in order. Any entry that is not part of a backup makes the archive invalid."""
    for entry in tar:
        data = tar.extractfile(entry) if entry.isfile() else None
        if data is None or not (entry.name in (MANIFEST, SNAPSHOT) or is_stored_file(entry.name)):
            raise InvalidArchive(f"{path} is no backup of Photo Critic: it holds {entry.name!r}.")
        yield entry.name, data


@contextmanager
def _archive_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise InvalidArchive(f"{path} is no backup, or was cut off: {error}.") from error
    except OSError as error:
        raise InvalidArchive(f"{path} cannot be read: {error.strerror or error}.") from error


def _parse_manifest(encoded: bytes, path: Path) -> BackupManifest:
    if not encoded:
        raise InvalidArchive(f"{path} has no {MANIFEST} at its end: it is no backup, or was cut off.")
    try:
        fields: dict[str, Any] = json.loads(encoded)
        if (fields["kind"], fields["format"]) != (KIND, FORMAT):
            raise InvalidArchive(
                f"{path} is a {fields['kind']} of format {fields['format']}: this reads format {FORMAT}."
            )
        manifest = BackupManifest(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidArchive(f"{path} is no backup of Photo Critic: its {MANIFEST} has other fields.") from error
    if SNAPSHOT not in manifest.files:
        raise InvalidArchive(f"{path} has no {SNAPSHOT}.")
    return manifest


class _DigestReader(io.RawIOBase):
    """A file that digests what is read from it."""

    def __init__(self, data: IO[bytes]) -> None:
        super().__init__()
        self._data, self.digest = data, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._data.read(size)
        self.digest.update(chunk)
        return chunk
