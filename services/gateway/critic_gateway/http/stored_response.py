"""A file of the storage as a response: read in chunks, at the pace of the client.

A slow client holds one chunk in memory and one in the buffer of its connection, whatever the size of the file.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import closing, nullcontext
from typing import Any

from starlette.responses import StreamingResponse

from critic_core.runtime.storage import Storage
from critic_gateway.http.storage_threads import in_storage_thread


async def stored_response(storage: Storage, key: str, media_type: str) -> StreamingResponse:
    """The bytes under `key`. Raises PhotoNotFound or StorageUnavailable before the response begins."""
    size, chunks = await in_storage_thread(storage.size_and_chunks, key)
    return StreamingResponse(chunks_on_demand(chunks), media_type=media_type, headers={"Content-Length": str(size)})


async def chunks_on_demand(chunks: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """The chunks, each read in a thread of storage when the client is ready for it; closed also after a disconnect."""
    closer: Any = closing(chunks) if hasattr(chunks, "close") else nullcontext()
    with closer:
        while (chunk := await in_storage_thread(next, chunks, None)) is not None:
            yield chunk
