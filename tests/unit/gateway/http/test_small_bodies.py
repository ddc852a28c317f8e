"""Bodies of requests that are no uploads: bounded before the application reads them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from tests.unit.gateway.application import Application

from critic_gateway.http import small_bodies
from critic_gateway.http.small_bodies import SmallBodies
from critic_gateway.settings import GatewaySettings

LIMIT = 100


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await PlainTextResponse(body)(scope, receive, send)


def post(chunks: Iterator[bytes], path: str = "/v1/albums", **headers: str) -> tuple[int, bytes, int]:
    """Status, body, and the number of chunks that were read."""
    read, sent = 0, list[Message]()

    async def receive() -> Message:
        nonlocal read
        chunk = next(chunks, None)
        if chunk is None:
            await asyncio.Event().wait()
        read += 1
        return {"type": "http.request", "body": chunk, "more_body": chunk != b""}

    async def send(message: Message) -> None:
        sent.append(message)

    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {"type": "http", "method": "POST", "path": path, "headers": fields}
    asyncio.run(SmallBodies(echo, LIMIT)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], read


CHUNKED = {"transfer-encoding": "chunked"}


def test_a_body_at_the_limit_arrives_as_it_is() -> None:
    assert post(iter([b"x" * 60, b"y" * 40, b""]), **CHUNKED)[:2] == (200, b"x" * 60 + b"y" * 40)


def test_a_chunked_body_is_read_no_further_than_the_limit() -> None:
    status, body, read = post(iter([b"x" * 60] * 1000), **CHUNKED)
    assert (status, read) == (413, 2)
    assert b"request_too_large" in body


def test_an_announced_length_over_the_limit_is_rejected_without_reading() -> None:
    status, _, read = post(iter([b""]), **{"content-length": str(LIMIT + 1)})
    assert (status, read) == (413, 0)
    status, _, read = post(iter([b""]), **{"content-length": str(LIMIT + 1), "expect": "100-continue"})
    assert (status, read) == (413, 0)


def test_a_slow_body_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_bodies, "BODY_SECONDS", 0.05)
    assert post(iter([b"x"]), **CHUNKED)[0] == 408


@pytest.mark.parametrize("path", ["/v1/photos", "/v1/albums/any/photos"])
def test_uploads_have_their_own_limits(path: str) -> None:
    assert post(iter([b"x" * 500, b""]), path, **CHUNKED)[0] == 200


def test_the_limit_holds_before_the_key_is_checked(start: Any) -> None:
    gateway: Application = start(api_keys="ab" * 32)
    large = b'{"name": "' + b"x" * GatewaySettings().max_body_bytes + b'"}'
    response = gateway.http.post("/v1/albums", content=large, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "request_too_large")
    assert gateway.http.post("/v1/albums", json={}).status_code == 401
