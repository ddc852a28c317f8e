"""Where bytes lie between gateway and worker: a folder by default, an S3 bucket by URL (fsspec)."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from critic_core.contracts.errors import PhotoNotFound, StorageUnavailable

PIECE_BYTES = 1 << 20


def photo_key(photo_id: str) -> str:
    """Where a photo's original lies. The last two digits are random in a UUIDv7, so folders fill evenly."""
    return f"photos/{photo_id[-2:]}/{photo_id}/original"


def preview_key(photo_id: str) -> str:
    """Where a photo's preview lies."""
    return f"photos/{photo_id[-2:]}/{photo_id}/preview.jpg"


class Storage:
    """Bytes by key. Writes are atomic: a key holds either everything or nothing."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url, **_options(url))
        self._root = root.rstrip("/")

    @contextmanager
    def writing(self, key: str) -> Iterator[IO[bytes]]:
        """A file to write `key` through; it appears when the block ends well, and leaves nothing behind otherwise."""
        path, part = self._path(key), self._path(f"{key}.{uuid4().hex}.part")
        with _as_storage_error():
            self._fs.makedirs(self._fs._parent(path), exist_ok=True)
            file = self._fs.open(part, "wb")
        try:
            with file:
                yield file
            with _as_storage_error():
                self._fs.mv(part, path)
        except BaseException:
            with _as_storage_error():
                self._fs.rm(part)
            raise

    def put(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, replacing what was there."""
        with self.writing(key) as file, _as_storage_error():
            file.write(data)

    def get(self, key: str) -> bytes:
        """The bytes under `key`; PhotoNotFound when there are none."""
        try:
            data: bytes = self._fs.cat_file(self._path(key))
        except FileNotFoundError:
            raise PhotoNotFound("The photo's bytes are gone: it was deleted, or its time to live ran out.") from None
        except OSError as error:
            raise StorageUnavailable(f"The photo storage does not answer: {error}") from error
        return data

    def reading(self, key: str) -> Iterator[bytes]:
        """The bytes under `key`, piece by piece; whether it is there is seen at once. PhotoNotFound as in `get`."""
        try:
            file = self._fs.open(self._path(key), "rb")
        except FileNotFoundError:
            raise PhotoNotFound("The photo's bytes are gone: it was deleted, or its time to live ran out.") from None
        except OSError as error:
            raise StorageUnavailable(f"The photo storage does not answer: {error}") from error
        return _pieces(file)

    def delete(self, key: str) -> None:
        """Forget `key`, with the folder that held it when that is now empty; nothing there is fine."""
        path = self._path(key)
        with _as_storage_error():
            if self._fs.exists(path):
                self._fs.rm(path)
            folder = self._fs._parent(path)
            if self._fs.exists(folder) and not self._fs.ls(folder, detail=False):
                self._fs.rmdir(folder)

    def check(self) -> None:
        """Raise StorageUnavailable unless a byte can be written and read back."""
        key = f"checks/{uuid4().hex}"
        self.put(key, b"1")
        self.get(key)
        self.delete(key)

    def free_bytes(self) -> int | None:
        """Room left on the folder's disk; None for a bucket, and for a folder that is away or not made yet."""
        if not isinstance(self._fs, LocalFileSystem):
            return None
        try:
            return shutil.disk_usage(self._root).free
        except OSError:
            return None

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _options(url: str) -> dict[str, Any]:
    # A folder is made on first use. Without its cache of listings, s3fs sees what another process wrote.
    return {"auto_mkdir": True} if url.startswith("file:") or "://" not in url else {"use_listings_cache": False}


@contextmanager
def _as_storage_error() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        return  # two deletions met: what was to go is gone
    except OSError as error:
        raise StorageUnavailable(f"The photo storage does not answer: {error}") from error
