"""Bodies of all requests but uploads: read before the application, up to a limit of bytes and of time.

FastAPI reads and parses the whole body before it checks the API key, so the limit has to hold in front of FastAPI.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from critic_core.contracts.errors import CriticError, RequestTooLarge
from critic_gateway.http.early_response import has_body
from critic_gateway.http.problems import ProblemResponse
from critic_gateway.http.upload_timeout import upload_timeout

BODY_SECONDS = 10.0
_UPLOAD = re.compile(r"/v1/(?:photos|albums/[^/]+/photos|batches)")


class SmallBodies:
    """ASGI middleware: at most `limit` bytes of body for each request that is no upload, also for chunked bodies."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http" or _is_upload(scope) or not has_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive)
        except CriticError as error:
            await ProblemResponse(error.problem(scope["path"]))(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body. Raises RequestTooLarge, by the announced length or by the bytes so far, or UploadTimeout."""
        length = headers.get("content-length", "")
        self._ensure_small(int(length) if length.isdecimal() else 0)
        body, more = bytearray(), True
        async with upload_timeout(BODY_SECONDS):
            while more:
                message = await receive()
                body += message.get("body", b"")
                self._ensure_small(len(body))
                more = message.get("more_body", False)
        return bytes(body)

    def _ensure_small(self, size: int) -> None:
        if size > self._limit:
            raise RequestTooLarge(f"The limit of a request that is no upload is {self._limit:,} bytes.")


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]) is not None


def _replay(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, then the rest of the connection."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
