"""From upload events to bytes in storage: counted, sniffed and hashed while they stream, never held whole."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import CriticError, PhotoTooLarge, RequestTooLarge, TooManyPhotos
from critic_core.contracts.identity import new_photo_id
from critic_core.imaging.formats import SNIFF_BYTES, sniff
from critic_core.runtime.storage import Sink, Storage, photo_key
from critic_gateway.uploads.multipart import FileBegins, FileBytes, FileEnds, UploadEvent

FLUSH_BYTES = 1 << 20  # one hop to a thread and one write per this much


@dataclass(frozen=True)
class IntakeLimits:
    """What one upload may bring."""

    file_bytes: int
    request_bytes: int
    files: int


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in storage and looks like a photo."""

    photo_id: str
    file_name: str | None
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class RefusedFile:
    """A file that was not kept, and why."""

    file_name: str | None
    error: CriticError


TakenFile = StoredFile | RefusedFile


async def take_in(events: AsyncIterator[UploadEvent], storage: Storage, limits: IntakeLimits) -> list[TakenFile]:
    """Store every file of an upload. One bad file is refused alone; an upload over its limits is refused whole."""
    intake = _Intake(storage, limits)
    try:
        async for event in events:
            await intake.on(event)
    except BaseException:
        await intake.undo()
        raise
    return intake.taken


async def forget(taken: list[TakenFile], storage: Storage) -> None:
    """Take stored files of an upload out of storage again."""
    for file in taken:
        if isinstance(file, StoredFile):
            await run_in_threadpool(storage.delete, photo_key(file.photo_id))


class _Intake:
    """One upload on its way in: what is stored already, and the file that is coming now."""

    def __init__(self, storage: Storage, limits: IntakeLimits) -> None:
        self.taken: list[TakenFile] = []
        self._storage, self._limits = storage, limits
        self._file: _Incoming | None = None
        self._bytes = 0

    async def on(self, event: UploadEvent) -> None:
        match event, self._file:
            case FileBegins(name), _:
                self._begin(name)
            case FileBytes(data), _Incoming() as file:
                self._count(data)
                await file.add(data)
            case FileEnds(), _Incoming() as file:
                self.taken.append(await file.end())
                self._file = None

    async def undo(self) -> None:
        if self._file is not None:
            self._file.abandon()
        await forget(self.taken, self._storage)

    def _begin(self, name: str | None) -> None:
        if len(self.taken) >= self._limits.files:
            raise TooManyPhotos(f"One upload may carry {self._limits.files} photos; send the rest in another one.")
        self._file = _Incoming(name, self._storage, self._limits.file_bytes)

    def _count(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > self._limits.request_bytes:
            raise RequestTooLarge(f"One upload may carry {self._limits.request_bytes:,} bytes.")


class _Incoming:
    """One file on its way into storage. After a refusal the rest of its bytes is counted and dropped."""

    def __init__(self, name: str | None, storage: Storage, limit: int) -> None:
        self._name, self._storage, self._limit = name, storage, limit
        self._photo_id = new_photo_id()
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self._size = 0
        self._media_type: str | None = None
        self._writing = ExitStack()
        self._file: Sink | None = None
        self._refusal: CriticError | None = None

    async def add(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._size += len(data)
        self._buffer += data
        try:
            if self._size > self._limit:
                raise PhotoTooLarge(f"The file has more than {self._limit:,} bytes, which is the limit.")
            if self._media_type is None and len(self._buffer) >= SNIFF_BYTES:
                self._media_type = sniff(bytes(self._buffer[:SNIFF_BYTES])).media_type
        except CriticError as refusal:
            self._refuse(refusal)
        if len(self._buffer) >= FLUSH_BYTES:
            await run_in_threadpool(self._flush)

    async def end(self) -> TakenFile:
        try:
            if self._refusal is None and self._media_type is None:
                self._media_type = sniff(bytes(self._buffer)).media_type
        except CriticError as refusal:
            self._refuse(refusal)
        if self._refusal is not None:
            return RefusedFile(self._name, self._refusal)
        await run_in_threadpool(self._finish)
        assert self._media_type is not None
        return StoredFile(self._photo_id, self._name, self._media_type, self._size, self._digest.hexdigest())

    def abandon(self) -> None:
        self._refuse(CriticError("The upload was given up."))

    def _refuse(self, error: CriticError) -> None:
        self._refusal = error
        self._buffer.clear()
        self._writing.__exit__(type(error), error, None)  # the storage takes the part that is written away again

    def _flush(self) -> None:
        if self._file is None:
            self._file = self._writing.enter_context(self._storage.writing(photo_key(self._photo_id)))
        self._digest.update(self._buffer)
        self._file.write(self._buffer)
        self._buffer.clear()

    def _finish(self) -> None:
        self._flush()
        self._writing.close()
