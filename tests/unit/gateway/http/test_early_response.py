"""An early response is sent at once, and its connection closes only after the body."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from critic_gateway.http import early_response
from critic_gateway.http.early_response import EarlyResponse


async def reject(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("busy", 429)(scope, receive, send)


async def read_and_respond(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await PlainTextResponse("thanks")(scope, receive, send)


def chunk(more: bool) -> Message:
    return {"type": "http.request", "body": b"bytes", "more_body": more}


def run(app: object, body: Iterable[Message], **headers: str) -> list[str]:
    """The messages read and sent, in order; after the last message of the body, a reader waits."""
    steps, messages = list[str](), iter(body)

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        steps.append("read")
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            steps.append("more" if message.get("more_body") else "end")

    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(EarlyResponse(app)({"type": "http", "headers": fields}, receive, send))  # type: ignore[arg-type]
    return steps


TWO = [chunk(True), chunk(False)]


def test_a_rejection_is_sent_first_and_ends_after_the_body() -> None:
    assert run(reject, TWO, **{"content-length": "10"}) == ["more", "read", "read", "end"]
    assert run(reject, TWO, **{"transfer-encoding": "chunked"}) == ["more", "read", "read", "end"]
    assert run(reject, [{"type": "http.disconnect"}], **{"content-length": "10"}) == ["more", "read", "end"]


def test_a_response_is_not_delayed_without_an_unread_body() -> None:
    assert run(reject, []) == ["end"]
    assert run(reject, [], **{"content-length": "0"}) == ["end"]
    assert run(reject, [], **{"content-length": "10", "expect": "100-continue"}) == ["end"]
    assert run(read_and_respond, TWO, **{"content-length": "10"}) == ["read", "read", "end"]


def test_an_endless_body_is_drained_for_a_limited_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early_response, "DRAIN_SECONDS", 0.05)
    assert run(reject, [chunk(True)], **{"content-length": "10"}) == ["more", "read", "end"]
