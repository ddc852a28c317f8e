"""A response before the end of the request body: the rest of the body is read and dropped before the connection closes.

The kernel answers unread bytes of a closed connection with a reset, and the reset may overtake the response: the
client, or the balancer between, would see a broken connection and no `429`.
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DRAIN_SECONDS = 5.0  # for clients that go on sending after the response


class EarlyResponse:
    """ASGI middleware: sends an early response at once, but its last message only after the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http" or not _sends_at_once(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        end_withheld = False

        async def send_without_end(message: Message) -> None:
            nonlocal end_withheld
            if message["type"] == "http.response.body" and not message.get("more_body") and not body.complete:
                message, end_withheld = {**message, "more_body": True}, True
            await send(message)

        await self._app(scope, body.receive, send_without_end)
        if end_withheld:
            await body.drain()
            await send({"type": "http.response.body"})


class _Body:
    """The body of a request; `complete` once it was read to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self.complete = receive, False

    async def receive(self) -> Message:
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.complete:
                    await self.receive()


def has_body(headers: Headers) -> bool:
    """True for a request with a body."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _sends_at_once(headers: Headers) -> bool:
    """After `Expect: 100-continue`, a client sends no body once it has the response."""
    return "expect" not in headers and has_body(headers)
