"""An answer that comes before the body was read: its rest is read and dropped, and only then may the connection close.

The kernel answers bytes that nobody has read with a reset when their connection is closed, and a reset may overtake the
answer: the caller, or the balancer between, would see a broken connection and no `429`.
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER_SECONDS = 5.0  # for those who go on sending, though they are answered


class Lingering:
    """Holds the end of an early answer back until the body is in. The answer itself leaves at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http" or not _brings_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        held = False

        async def send_but_the_end(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.body" and not message.get("more_body") and not body.read:
                message, held = {**message, "more_body": True}, True
            await send(message)

        await self._app(scope, body.receive, send_but_the_end)
        if held:
            await body.drop()
            await send({"type": "http.response.body"})


class _Body:
    """A request's body, and whether all of it was read."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self.read = receive, False

    async def receive(self) -> Message:
        message = await self._receive()
        self.read = not message.get("more_body", False)
        return message

    async def drop(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self.read:
                    await self.receive()


def _brings_body(headers: Headers) -> bool:
    """Whether bytes are on their way. Who asked before sending (`Expect`) is answered, and sends none."""
    return "expect" not in headers and ("transfer-encoding" in headers or headers.get("content-length", "0") != "0")
