"""From upload events to files in storage: counted, sniffed and hashed as a stream, never in memory as a whole."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass

from critic_core.contracts.errors import CriticError, PhotoTooLarge, RequestTooLarge, TooManyPhotos
from critic_core.contracts.identity import new_id
from critic_core.imaging.formats import SNIFF_BYTES, sniff
from critic_core.runtime.storage import Sink, Storage, photo_key
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.uploads.multipart import FileBegins, FileBytes, FileEnds, UploadEvent

FLUSH_BYTES = 1 << 20  # one switch to a thread and one write for each


@dataclass(frozen=True)
class UploadLimits:
    """Limits of an upload."""

    file_bytes: int
    request_bytes: int
    files: int


@dataclass(frozen=True)
class StoredFile:
    """A file in storage with the signature of a photo."""

    photo_id: str
    file_name: str | None
    media_type: str
    size_bytes: int
    sha256: str
    path: str | None = None


@dataclass(frozen=True)
class RejectedFile:
    """A file that was not stored, with the error."""

    file_name: str | None
    error: CriticError


ReceivedFile = StoredFile | RejectedFile


async def receive_files(
    events: AsyncIterator[UploadEvent],
    storage: Storage,
    limits: UploadLimits,
    make_id: Callable[[], str] = new_id,
) -> list[ReceivedFile]:
    """Store the files of an upload. A bad file is rejected alone; an upload over its limits is rejected as a whole."""
    receiver = _Receiver(storage, limits, make_id)
    try:
        async for event in events:
            await receiver.handle(event)
    except BaseException:
        await receiver.roll_back()
        raise
    return receiver.files


async def delete_stored(files: list[ReceivedFile], storage: Storage) -> None:
    """Delete the stored files of an upload."""
    for file in files:
        if isinstance(file, StoredFile):
            await in_storage_thread(storage.delete, photo_key(file.photo_id))


class _Receiver:
    """An upload in progress: the received files, and the current one."""

    def __init__(self, storage: Storage, limits: UploadLimits, make_id: Callable[[], str]) -> None:
        self.files: list[ReceivedFile] = []
        self._storage, self._limits, self._make_id = storage, limits, make_id
        self._current: _IncomingFile | None = None
        self._bytes = 0

    async def handle(self, event: UploadEvent) -> None:
        match event, self._current:
            case FileBegins() as file, _:
                self._begin(file)
            case FileBytes(data), _IncomingFile() as file:
                self._count(data)
                await file.add(data)
            case FileEnds(), _IncomingFile() as file:
                self.files.append(await file.end())
                self._current = None

    async def roll_back(self) -> None:
        if self._current is not None:
            self._current.abort()
        await delete_stored(self.files, self._storage)

    def _begin(self, file: FileBegins) -> None:
        if len(self.files) >= self._limits.files:
            raise TooManyPhotos(
                f"The limit of one upload is {self._limits.files} photos; send the rest in another one."
            )
        self._current = _IncomingFile(file, self._make_id(), self._storage, self._limits.file_bytes)

    def _count(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > self._limits.request_bytes:
            raise RequestTooLarge(f"The limit of one upload is {self._limits.request_bytes:,} bytes.")


class _IncomingFile:
    """A file that is written to storage. After an error the rest of its bytes is dropped."""

    def __init__(self, file: FileBegins, photo_id: str, storage: Storage, limit: int) -> None:
        self._name, self._path, self._storage, self._limit = file.name, file.path, storage, limit
        self._photo_id = photo_id
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self._size = 0
        self._media_type: str | None = None
        self._writing = ExitStack()
        self._sink: Sink | None = None
        self._error: CriticError | None = None

    async def add(self, data: bytes) -> None:
        if self._error is not None:
            return
        self._size += len(data)
        self._buffer += data
        try:
            if self._size > self._limit:
                raise PhotoTooLarge(f"The file has more than {self._limit:,} bytes, which is the limit.")
            if self._media_type is None and len(self._buffer) >= SNIFF_BYTES:
                self._media_type = sniff(bytes(self._buffer[:SNIFF_BYTES])).media_type
        except CriticError as error:
            self._reject(error)
        if len(self._buffer) >= FLUSH_BYTES:
            await in_storage_thread(self._flush)

    async def end(self) -> ReceivedFile:
        try:
            if self._error is None and self._media_type is None:
                self._media_type = sniff(bytes(self._buffer)).media_type
        except CriticError as error:
            self._reject(error)
        if self._error is not None:
            return RejectedFile(self._name, self._error)
        await in_storage_thread(self._finish)
        assert self._media_type is not None
        return StoredFile(
            self._photo_id, self._name, self._media_type, self._size, self._digest.hexdigest(), self._path
        )

    def abort(self) -> None:
        self._reject(CriticError("The upload was aborted."))

    def _reject(self, error: CriticError) -> None:
        self._error = error
        self._buffer.clear()
        self._writing.__exit__(type(error), error, None)  # the storage deletes the part that is written already

    def _flush(self) -> None:
        if self._sink is None:
            self._sink = self._writing.enter_context(self._storage.writing(photo_key(self._photo_id)))
        self._digest.update(self._buffer)
        self._sink.write(self._buffer)
        self._buffer.clear()

    def _finish(self) -> None:
        self._flush()
        self._writing.close()
