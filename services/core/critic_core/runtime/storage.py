"""Where bytes lie between gateway and worker: a folder by default, an S3 bucket by URL (fsspec)."""

import errno
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, Any
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from critic_core.contracts.errors import PhotoNotFound, StorageFull, StorageUnavailable
from critic_core.runtime.logs import logger

CHUNK_BYTES = 1 << 20  # of a file that is read: the memory that a reader holds
BLOCK_BYTES = 8 << 20  # S3 takes none below 5 MiB but the last
CONNECT_SECONDS, ANSWER_SECONDS = 3, 15  # of one request to a bucket
# Each of s3fs' attempts is three of botocore's. Their defaults multiply to 25 requests to a bucket that throttles.
S3FS_ATTEMPTS = 2

log = logger(__name__)


def photo_key(photo_id: str) -> str:
    """Where a photo's original lies. The last two digits are random in a UUIDv7, so folders fill evenly."""
    return f"photos/{photo_id[-2:]}/{photo_id}/original"


def preview_key(photo_id: str) -> str:
    """Where a photo's preview lies."""
    return f"photos/{photo_id[-2:]}/{photo_id}/preview.jpg"


FOLDERS = ("photos", "batches", "uploads", "checks")
UPLOADS = "uploads/"
"""Beginning of the keys of presigned uploads."""


def uploads_folder(owner: str) -> str:
    """The folder of an owner's presigned uploads."""
    return f"{UPLOADS}{owner}"


def uploaded_key(owner: str, name: str) -> str:
    """Where a presigned upload lies."""
    return f"{uploads_folder(owner)}/{name}"


def incoming_key(folder: str, owner: str, name: str) -> str:
    """Where a file lies that the operator lets an owner name."""
    return f"{folder}/{owner}/{name}"


def batch_folder(batch_id: str) -> str:
    """The folder of a batch's manifest and results."""
    return f"batches/{batch_id}"


def manifest_key(batch_id: str) -> str:
    """Where a batch's manifest lies."""
    return f"{batch_folder(batch_id)}/manifest.jsonl"


def results_key(batch_id: str, part: int) -> str:
    """Where the results of a part of a batch lie; the names sort by the manifest's lines."""
    return f"{batch_folder(batch_id)}/results/{part:06}.jsonl"


@dataclass(frozen=True)
class StorageEntry:
    """A file or a folder in storage: its key, and the time of its last change, seconds since the epoch."""

    key: str
    changed_at: float
    is_folder: bool = False


class Sink:
    """A file on its way into storage."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: bytes | bytearray) -> None:
        """Add to it. Raises StorageUnavailable, when the disk is full for example."""
        with _as_storage_error():
            self._file.write(data)


class Storage:
    """Bytes by key. Writes are atomic: a key holds either everything or nothing."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url, **_options(url))
        self._root = root.rstrip("/")
        self._is_folder = isinstance(self._fs, LocalFileSystem)
        self._fs.retries = S3FS_ATTEMPTS
        # A bucket's file would read ahead a block of 8 MiB for each reader.
        self._read_options = {} if self._is_folder else {"cache_type": "none"}

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        """A file to write `key` through; it appears when the block ends well, and leaves nothing behind otherwise."""
        path = self._path(key)
        # A bucket shows an object when it is whole; a folder shows a file from its first byte.
        written = self._path(f"{key}.{uuid4().hex}.part") if self._is_folder else path
        with _as_storage_error():
            file = self._fs.open(written, "wb")
        try:
            yield Sink(file)
            with _as_storage_error():
                file.close()
                if written != path:
                    self._fs.mv(written, path)
        except BaseException:
            with suppress(StorageUnavailable):
                self._drop(file, written)
            raise

    def put(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, replacing what was there."""
        with self.writing(key) as file:
            file.write(data)

    def get(self, key: str) -> bytes:
        """The bytes under `key`; PhotoNotFound when there are none."""
        with _as_found_or_not():
            data: bytes = self._fs.cat_file(self._path(key))
        return data

    def reading(self, key: str) -> Iterator[bytes]:
        """The bytes under `key` in chunks. Raises PhotoNotFound as `get` does, before the first chunk."""
        return self.size_and_chunks(key)[1]

    def size_and_chunks(self, key: str) -> tuple[int, Iterator[bytes]]:
        """The number of bytes under `key`, and the bytes as `reading` gives them."""
        with _as_found_or_not():
            file = self._fs.open(self._path(key), "rb", **self._read_options)
            return int(file.size), _chunks(file)

    def range(self, key: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end` (exclusive) under `key`, fewer at its end. Raises PhotoNotFound as `get` does."""
        with _as_found_or_not():
            data: bytes = self._fs.cat_file(self._path(key), start=start, end=end)
        return data

    @property
    def is_bucket(self) -> bool:
        """Whether the storage can sign URLs for clients."""
        return not self._is_folder

    def presigned_put(self, key: str, size: int, seconds: int) -> str:
        """A URL that takes one file of so many bytes under `key`, for so long. For buckets alone."""
        with _as_storage_error():
            url: str = self._fs.url(self._path(key), expires=seconds, client_method="put_object", ContentLength=size)
        return url

    def delete_folder(self, prefix: str) -> None:
        """Forget everything below `prefix`; nothing there is fine."""
        with suppress(PhotoNotFound), _as_found_or_not():
            self._fs.rm(self._path(prefix), recursive=True)

    def delete(self, key: str) -> None:
        """Forget `key`, with the folder that held it when that is now empty; nothing there is fine."""
        path = self._path(key)
        with suppress(PhotoNotFound), _as_found_or_not():
            self._fs.rm_file(path)
        if self._is_folder:
            with suppress(OSError):  # another file is in it, or another deletion was faster
                self._fs.rmdir(self._fs._parent(path))

    def entries(self, prefix: str) -> Iterator[list[StorageEntry]]:
        """Everything below the folder `prefix`, files under way included, in parts that fit into memory."""
        return self._folder_entries(prefix) if self._is_folder else self._bucket_entries(prefix)

    def abort_uploads(self, prefix: str, before: float) -> int:
        """Abort uploads to a bucket that began before a time and were never completed; returns their number.

        At most a thousand, a page of S3. In a folder, files under way are `entries`.
        """
        if self._is_folder:
            return 0
        bucket, _, below = self._path(prefix).partition("/")
        with _as_storage_error():
            uploads = self._fs.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=below).get("Uploads", [])
            stale = [upload for upload in uploads if upload["Initiated"].timestamp() < before]
            for upload in stale:
                self._fs.call_s3(
                    "abort_multipart_upload", Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        return len(stale)

    def check(self) -> None:
        """Raise StorageUnavailable unless a byte can be written and read back."""
        key = f"checks/{uuid4().hex}"
        self.put(key, b"1")
        self.get(key)
        self.delete(key)

    def free_bytes(self) -> int | None:
        """Room left on the folder's disk; None for a bucket, and for a folder that is away or not made yet."""
        if not self._is_folder:
            return None
        try:
            return shutil.disk_usage(self._root).free
        except OSError:
            return None

    def _drop(self, file: Any, path: str) -> None:
        """What was written in vain."""
        with suppress(PhotoNotFound), _as_found_or_not():
            if self._is_folder:
                self._fs.rm_file(path)
                file.close()
            elif not file.closed:
                file.discard()
                file.closed = True  # else it would be sent when it is collected as garbage

    def _folder_entries(self, prefix: str) -> Iterator[list[StorageEntry]]:
        for child in self._list(lambda: self._fs.ls(self._path(prefix), detail=False)):
            found = self._list(partial(self._find, child))
            yield [self._entry(info["name"], info["mtime"], info["type"] == "directory") for info in found]

    def _find(self, path: str) -> list[dict[str, Any]]:
        return list(self._fs.find(path, withdirs=True, detail=True).values())

    def _bucket_entries(self, prefix: str) -> Iterator[list[StorageEntry]]:
        bucket, _, below = self._path(prefix).partition("/")
        next_page: dict[str, str] | None = {}
        while next_page is not None:
            with _as_storage_error():
                page = self._fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=f"{below}/", **next_page)
            found = page.get("Contents", [])
            yield [self._entry(f"{bucket}/{info['Key']}", info["LastModified"].timestamp()) for info in found]
            token = page.get("NextContinuationToken")
            next_page = {"ContinuationToken": token} if token else None

    def _list(self, call: Callable[[], Iterable[Any]]) -> list[Any]:
        """The entries of a folder; none where it is not made yet."""
        with suppress(PhotoNotFound), _as_found_or_not():
            return list(call())
        return []

    def _entry(self, path: str, changed_at: float, is_folder: bool = False) -> StorageEntry:
        return StorageEntry(path[len(self._root) + 1 :], changed_at, is_folder)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file, _as_found_or_not():
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _options(url: str) -> dict[str, Any]:
    if url.startswith("file:") or "://" not in url:
        return {"auto_mkdir": True}  # a folder is made on first use
    # "standard": retries end early where most requests fail, instead of adding to the load.
    client = {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": ANSWER_SECONDS,
        "retries": {"mode": "standard"},
        "signature_version": "s3v4",  # of presigned URLs; the older one signs no length
    }
    # Without its cache of listings, s3fs sees what another process wrote. Of each upload it keeps a block in memory,
    # which would be 50 MB.
    return {"use_listings_cache": False, "default_block_size": BLOCK_BYTES, "config_kwargs": client}


@contextmanager
def _as_storage_error() -> Iterator[None]:
    """Each backend has errors of its own: those of botocore, for example, are no OSErrors."""
    try:
        yield
    except Exception as error:
        raise _unavailable(error) from error


@contextmanager
def _as_found_or_not() -> Iterator[None]:
    """The same, where it may be that nothing is there."""
    try:
        yield
    except Exception as error:
        if _is_no_file(error):
            raise PhotoNotFound("The photo's bytes are gone: it was deleted, or its time to live ran out.") from None
        raise _unavailable(error) from error


def _is_no_file(error: Exception) -> bool:
    """The key is of no file: nothing, a folder, below a file, or too long."""
    no_file = FileNotFoundError | IsADirectoryError | NotADirectoryError
    return isinstance(error, no_file) or (isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG)


def _unavailable(error: Exception) -> StorageUnavailable:
    """The error for callers: a sentence without paths. The cause is in the log."""
    log.warning("storage_unavailable", error=str(error))
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return StorageFull() if full else StorageUnavailable()
