"""Files of the storage: read on demand, closed after a disconnect."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from critic_core.contracts.errors import PhotoNotFound
from critic_core.runtime.storage import CHUNK_BYTES, Storage
from critic_gateway.http.stored_response import chunks_on_demand, stored_response

DATA = bytes(range(256)) * 12_000  # almost three chunks


async def _never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_a_file_is_sent_in_chunks_with_its_length(tmp_path: Path) -> None:
    storage, sent = Storage(tmp_path.as_uri()), list[Message]()
    storage.put("key", DATA)

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        response = await stored_response(storage, "key", "image/jpeg")
        await response({"type": "http"}, _never, send)

    asyncio.run(run())
    start, *chunks = sent
    assert dict(start["headers"])[b"content-length"] == str(len(DATA)).encode()
    assert b"".join(chunk["body"] for chunk in chunks) == DATA
    assert max(len(chunk["body"]) for chunk in chunks) == CHUNK_BYTES


def test_a_missing_file_fails_before_the_response_begins(tmp_path: Path) -> None:
    with pytest.raises(PhotoNotFound):
        asyncio.run(stored_response(Storage(tmp_path.as_uri()), "key", "image/jpeg"))


def test_a_slow_reader_holds_one_chunk_and_the_file_is_closed_after_its_disconnect() -> None:
    read, closed = list[int](), list[bool]()

    def chunks() -> Iterator[bytes]:
        try:
            for number in range(1000):
                read.append(number)
                yield b"chunk"
        finally:
            closed.append(True)

    async def run() -> None:
        stream: Any = chunks_on_demand(chunks())
        assert await anext(stream) == b"chunk"
        await asyncio.sleep(0.05)
        assert read == [0]
        await stream.aclose()

    asyncio.run(run())
    assert closed == [True]
