"""Headers without an end close their connection at the limit."""

import asyncio
import socket

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from critic_gateway.http.bounded_headers import MAX_HEADER_BYTES, BoundedHeaders


async def _send(*parts: bytes) -> bytes:
    """The response to these bytes, from a server on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(PlainTextResponse("hello"), http=BoundedHeaders, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    for part in parts:
        writer.write(part)
        await writer.drain()
    response = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    server.should_exit = True
    await task
    return response


BEGIN = b"GET / HTTP/1.1\r\nHost: gateway\r\nX-Long: "
HALF = b"x" * (MAX_HEADER_BYTES // 2)


@pytest.mark.parametrize(("end", "status"), [(b"\r\n\r\n", b"200"), (HALF, b"400")])
def test_headers_have_a_bound(end: bytes, status: bytes) -> None:
    assert status in asyncio.run(_send(BEGIN, HALF, end))
