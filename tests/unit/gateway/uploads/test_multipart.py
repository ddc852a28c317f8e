"""Bodies of uploads, split into chunks at any byte."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from critic_core.contracts.errors import InvalidRequest, RequestTooLarge
from critic_gateway.uploads import multipart
from critic_gateway.uploads.multipart import (
    FileBegins,
    FileBytes,
    FileEnds,
    UploadEvent,
    file_name,
    file_path,
    upload_events,
)

BODY = (
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="one.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    b"first\r\n--edge\r\n"
    b'Content-Disposition: form-data; name="note"\r\n\r\na field, not a file\r\n--edge\r\n'
    b'Content-Disposition: form-data; name="file"; filename="two.png"\r\n\r\nsecond\r\n--edge--\r\n'
)
MULTIPART = "multipart/form-data; boundary=edge"


def read(content_type: str, body: bytes, size: int) -> list[UploadEvent]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def collect() -> list[UploadEvent]:
        return [event async for event in upload_events(content_type, chunks())]

    return asyncio.run(collect())


def files(events: list[UploadEvent]) -> list[tuple[str | None, bytes]]:
    """The files of the events; every file has its begin and its end."""
    files: list[tuple[str | None, bytes]] = []
    inside = False
    for event in events:
        match event:
            case FileBegins(name):
                assert not inside
                files.append((name, b""))
                inside = True
            case FileBytes(data):
                assert inside
                files[-1] = (files[-1][0], files[-1][1] + data)
            case FileEnds():
                inside = False
    assert not inside
    return files


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_chunks_of_any_size_give_the_same_files(size: int) -> None:
    assert files(read(MULTIPART, BODY, size)) == [("one.jpg", b"first"), ("two.png", b"second")]


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_raw_body_is_one_file_without_a_name(size: int) -> None:
    assert files(read("image/jpeg", b"raw bytes", size)) == [(None, b"raw bytes")]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, BODY[:-20]),
        (MULTIPART, b"no boundary in here at all"),
        ("multipart/form-data", BODY),
    ],
)
def test_a_malformed_multipart_body_is_an_invalid_request(content_type: str, body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read(content_type, body, 50)


@pytest.mark.parametrize("size", [1, 64, 10_000])
def test_bytes_beside_the_files_have_a_limit(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    beside_files = len(BODY) - len(b"first" + b"second")
    monkeypatch.setattr(multipart, "MAX_FORM_BYTES", beside_files)
    assert len(files(read(MULTIPART, BODY, size))) == 2
    monkeypatch.setattr(multipart, "MAX_FORM_BYTES", beside_files - 1)
    with pytest.raises(RequestTooLarge):
        read(MULTIPART, BODY, size)


FIELD = b'\r\n--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'


@pytest.mark.parametrize("body", [BODY + b"x" * 500, BODY.replace(b"\r\n--edge--", FIELD * 50 + b"\r\n--edge--")])
def test_an_epilogue_and_fields_count(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(multipart, "MAX_FORM_BYTES", len(BODY))
    with pytest.raises(RequestTooLarge):
        read(MULTIPART, body, 64)


@pytest.mark.parametrize("headers", [b"X: y\r\n" * 20, b"X: " + b"y" * 10_000 + b"\r\n"])
def test_headers_of_a_part_have_a_limit(headers: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read(MULTIPART, BODY.replace(b"Content-Type: image/jpeg\r\n", headers), 64)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({b"filename": b"../../etc/passwd"}, "passwd"),
        ({b"filename": b"C:\\photos\\a.jpg"}, "a.jpg"),
        ({b"filename": b"a\x00\x1b[31m\n.jpg"}, "a[31m.jpg"),
        ({b"filename": b""}, None),
        ({b"filename": b"/"}, None),
        ({b"filename*": b"UTF-8''na%C3%AFve.jpg"}, "naïve.jpg"),
        ({b"filename": "füße.jpg".encode()}, "füße.jpg"),
        ({b"filename": b"\xff\xfe.jpg"}, "\ufffd\ufffd.jpg"),
        ({b"filename": b"x" * 5000}, "x" * 255),
    ],
)
def test_file_names_are_safe_for_display(options: dict[bytes, bytes], shown: str | None) -> None:
    assert file_name(file_path(options)) == shown


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"card1/DSC_0001.JPG", "card1/DSC_0001.JPG"),
        (b"card1\\DSC_0001.JPG", "card1/DSC_0001.JPG"),
        (b"../card1/./../DSC_0001.JPG", "card1/DSC_0001.JPG"),
        (b"/home/ann/DSC_0001.JPG", None),
        (b"C:\\fakepath\\DSC_0001.JPG", None),
        (b"a/" * 600 + b"DSC_0001.JPG", None),
        (b"DSC_0001.JPG", None),
    ],
)
def test_a_relative_path_is_a_path_of_its_own(name: bytes, path: str | None) -> None:
    body = BODY.replace(b'filename="one.jpg"', b'filename="%s"' % name)
    begins = [event for event in read(MULTIPART, body, 64) if isinstance(event, FileBegins)]
    assert begins[0] == FileBegins("DSC_0001.JPG", path)
