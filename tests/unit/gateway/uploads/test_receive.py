"""Files of an upload into a storage folder."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from critic_core.contracts.errors import InvalidRequest, RequestTooLarge, TooManyPhotos
from critic_core.runtime.storage import Storage, photo_key
from critic_gateway.uploads.multipart import FileBegins, FileBytes, FileEnds, UploadEvent
from critic_gateway.uploads.receive import (
    FLUSH_BYTES,
    ReceivedFile,
    RejectedFile,
    StoredFile,
    UploadLimits,
    receive_files,
)

JPEG = b"\xff\xd8\xff\xe0" + b"\x00\x10JFIF\x00" + bytes(5000)
LIMITS = UploadLimits(file_bytes=4 * FLUSH_BYTES, request_bytes=16 * FLUSH_BYTES, files=4)


def receive(
    folder: Path, files: list[bytes], limits: UploadLimits = LIMITS, *, aborted: bool = False
) -> list[ReceivedFile]:
    async def events() -> AsyncIterator[UploadEvent]:
        for number, data in enumerate(files):
            yield FileBegins(f"{number}.jpg")
            for start in range(0, len(data), 65536):
                yield FileBytes(data[start : start + 65536])
            if aborted and number == len(files) - 1:
                raise InvalidRequest
            yield FileEnds()

    return asyncio.run(receive_files(events(), Storage(folder.as_uri()), limits))


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [100, FLUSH_BYTES, 3 * FLUSH_BYTES + 17])
def test_a_photo_is_stored_byte_for_byte(tmp_path: Path, size: int) -> None:
    photo = (JPEG * (size // len(JPEG) + 1))[:size]
    (file,) = receive(tmp_path, [photo])
    assert isinstance(file, StoredFile)
    assert Storage(tmp_path.as_uri()).get(photo_key(file.photo_id)) == photo
    assert (file.size_bytes, file.sha256) == (size, hashlib.sha256(photo).hexdigest())
    assert file.media_type == "image/jpeg"
    assert len(stored(tmp_path)) == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"", "photo_empty"),
        (b"this is text, not a photo", "photo_unsupported"),
        (JPEG + bytes(5 * FLUSH_BYTES), "photo_too_large"),
    ],
)
def test_a_bad_file_is_rejected_alone(tmp_path: Path, bad: bytes, code: str) -> None:
    first, middle, last = receive(tmp_path, [JPEG, bad, JPEG])
    assert isinstance(first, StoredFile)
    assert isinstance(last, StoredFile)
    assert isinstance(middle, RejectedFile)
    assert middle.error.code == code
    assert len(stored(tmp_path)) == 2


@pytest.mark.parametrize(
    ("files", "limits", "error"),
    [
        ([JPEG] * 3, UploadLimits(10**6, 10**6, 2), TooManyPhotos),
        ([JPEG] * 3, UploadLimits(10**6, 2 * len(JPEG), 9), RequestTooLarge),
    ],
)
def test_an_upload_over_its_limits_leaves_nothing(
    tmp_path: Path, files: list[bytes], limits: UploadLimits, error: type[Exception]
) -> None:
    with pytest.raises(error):
        receive(tmp_path, files, limits)
    assert stored(tmp_path) == []


def test_an_aborted_upload_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        receive(tmp_path, [JPEG, JPEG + bytes(2 * FLUSH_BYTES)], aborted=True)
    assert stored(tmp_path) == []
