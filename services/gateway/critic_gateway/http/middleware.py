"""Around every request: a request id in every log line, the access log, metrics, security headers.

Plain ASGI, because Starlette's base class buffers bodies and would hold uploads in memory.
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
from critic_gateway.http.deprecation import deprecation_headers
from critic_gateway.http.problems import ProblemResponse
from critic_gateway.http.share_paths import NO_INDEX, is_shared, mask_token

REQUEST_ID = "X-Request-ID"
_METHODS = frozenset(HTTPMethod)
_VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

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

NO_STORE = "private, no-store"  # what is deleted is gone, also from the caches of browsers and proxies

log = logger("critic_gateway.access")


class RequestContext:
    """ASGI middleware: request id, security headers, access log, and a 500 for unexpected errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, status, response_started = perf_counter(), 500, False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, response_started
            if message["type"] == "http.response.start":
                response_started = True
                status = int(message["status"])  # a member of HTTPStatus logs its name
                headers = MutableHeaders(scope=message)
                headers.update({REQUEST_ID: request_id, **SECURITY_HEADERS})
                if scope["path"].startswith("/v1/"):
                    headers.setdefault("Cache-Control", NO_STORE)
                if is_shared(scope["path"]):
                    headers["X-Robots-Tag"] = NO_INDEX
                headers.update(scope.get("state", {}).get("rate_limit_headers", {}))
                headers.update(deprecation_headers(scope.get("route")))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:  # the last line of defence
            log.exception("unexpected_error", path=mask_token(scope["path"]))
            if not response_started:
                await ProblemResponse(CriticError().problem(scope["path"]))(scope, receive, send_with_headers)
        finally:
            _record(scope, status, perf_counter() - began)


def _request_id(headers: Headers) -> str:
    request_id = headers.get(REQUEST_ID, "")
    return request_id if _VALID_ID.fullmatch(request_id) else uuid4().hex


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", None) or "page"
    method = scope["method"] if scope["method"] in _METHODS else "other"  # a client may send any word
    metrics.REQUESTS.labels(method, route, str(status)).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    if route not in ("/livez", "/readyz", "/metrics"):
        log.info(
            "request",
            method=scope["method"],
            path=mask_token(scope["path"]),
            status=status,
            ms=round(seconds * 1000, 1),
        )
