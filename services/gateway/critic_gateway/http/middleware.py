"""Around every request: an id in every log line, one access line, figures, and headers that keep browsers safe.

Plain ASGI, because Starlette's own base class buffers bodies and would hold uploads in memory.
"""

import re
from http import HTTPMethod
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from critic_core.contracts.errors import CriticError
from critic_core.runtime.logs import logger
from critic_gateway import metrics
from critic_gateway.http.problems import ProblemResponse

REQUEST_ID = "X-Request-ID"
_METHODS = frozenset(HTTPMethod)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

log = logger("critic_gateway.auth.authenticate")


class RequestContext:
    """Gives a request its id, sends the safety headers with its answer, and tells afterwards how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status, answering = perf_counter(), 500, False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                answering = True
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update({REQUEST_ID: request_id, **SECURITY_HEADERS})
                headers.update(scope.get("state", {}).get("limit_fields", {}))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:  # the last line of defence
            log.exception("unexpected_error", path=scope["path"])
            if not answering:
                await ProblemResponse(CriticError().problem(scope["path"]))(scope, receive, send_with_headers)
        finally:
            _tell(scope, status, perf_counter() - started)


def _request_id(headers: Headers) -> str:
    told = headers.get(REQUEST_ID, "")
    return told if _USABLE_ID.fullmatch(told) else uuid4().hex


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", None) or "page"
    method = scope["method"] if scope["method"] in _METHODS else "other"  # a client may send any word
    metrics.REQUESTS.labels(method, route, str(status)).inc()
    metrics.SECONDS.labels(method, route).observe(seconds)
    if route not in ("/livez", "/readyz", "/metrics"):
        log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))
