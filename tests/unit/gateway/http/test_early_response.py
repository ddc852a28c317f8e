"""An early answer leaves at once, and its connection ends only when nobody sends any more."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from critic_gateway.http import early_response
from critic_gateway.http.early_response import Lingering


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("busy", 429)(scope, receive, send)


async def read_and_answer(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await PlainTextResponse("thanks")(scope, receive, send)


def chunk(more: bool) -> Message:
    return {"type": "http.request", "body": b"bytes", "more_body": more}


def told(app: object, body: Iterable[Message], **headers: str) -> list[str]:
    """What was read and sent, in order; a body that ends too soon keeps its reader waiting."""
    steps, coming = list[str](), iter(body)

    async def receive() -> Message:
        message = next(coming, None)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        steps.append("read")
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            steps.append("more" if message.get("more_body") else "end")

    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(Lingering(app)({"type": "http", "headers": fields}, receive, send))  # type: ignore[arg-type]
    return steps


TWO = [chunk(True), chunk(False)]


def test_a_refusal_leaves_first_and_ends_after_the_body() -> None:
    assert told(refuse, TWO, **{"content-length": "10"}) == ["more", "read", "read", "end"]
    assert told(refuse, TWO, **{"transfer-encoding": "chunked"}) == ["more", "read", "read", "end"]
    assert told(refuse, [{"type": "http.disconnect"}], **{"content-length": "10"}) == ["more", "read", "end"]


def test_nobody_is_waited_for_who_sends_nothing_or_all_was_read_of() -> None:
    assert told(refuse, []) == ["end"]
    assert told(refuse, [], **{"content-length": "0"}) == ["end"]
    assert told(refuse, [], **{"content-length": "10", "expect": "100-continue"}) == ["end"]
    assert told(read_and_answer, TWO, **{"content-length": "10"}) == ["read", "read", "end"]


def test_who_sends_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early_response, "LINGER_SECONDS", 0.05)
    assert told(refuse, [chunk(True)], **{"content-length": "10"}) == ["more", "read", "end"]
