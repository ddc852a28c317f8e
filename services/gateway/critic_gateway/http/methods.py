"""Methods of a path: HEAD wherever GET is, OPTIONS everywhere, and `Allow` with every 405."""

from collections.abc import Sequence

from anyio import CancelScope
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from critic_core.contracts.errors import MethodNotAllowed
from critic_gateway.http.problems import ProblemResponse

_PAGE_METHODS = frozenset({"GET"})


class Methods:
    """ASGI middleware in front of `routes`; every other path is a file of the page."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app, self._routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http" or self._has_route(scope):
            await self._app(scope, receive, send)
            return
        methods = allowed_methods(self._routes, scope)
        if scope["method"] in methods:
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD" and "GET" in methods:
            await self._head(scope, receive, send)
        else:
            await _without_route(scope, methods)(scope, receive, send)

    def _has_route(self, scope: Scope) -> bool:
        """True for most requests, whose methods need no comparison with those of the other routes."""
        return any(route.matches(scope)[0] is Match.FULL for route in self._routes)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The GET until its headers; then it is cancelled, also where it would stream."""
        scope.setdefault("state", {})
        get = {**scope, "method": "GET"}
        with CancelScope() as cancel_scope:

            async def send_start(message: Message) -> None:
                if message["type"] != "http.response.start":
                    return
                scope["route"] = get.get("route")
                await send(message)
                await send({"type": "http.response.body"})
                cancel_scope.cancel()

            await self._app(get, receive, send_start)


def allowed_methods(routes: Sequence[BaseRoute], scope: Scope) -> frozenset[str]:
    """The methods of all routes with this path."""
    matching = [route for route in routes if isinstance(route, APIRoute) and route.matches(scope)[0] is not Match.NONE]
    return frozenset[str]().union(*(route.methods or () for route in matching)) or _PAGE_METHODS


def _without_route(scope: Scope, methods: frozenset[str]) -> Response:
    implied = {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    headers = {"Allow": ", ".join(sorted(methods | implied))}
    if scope["method"] == "OPTIONS":
        return Response(status_code=204, headers=headers)
    detail = f"{scope['path']} allows {headers['Allow']}."
    return ProblemResponse(MethodNotAllowed(detail).problem(scope["path"]), headers)
