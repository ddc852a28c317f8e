"""The HTTP service: each route decodes, calls the data plane, encodes."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from critic_core.contracts.errors import CriticError
from critic_inference.errors import RequestTooLarge
from critic_inference.serving.dataplane import DataPlane
from critic_inference.transports import http_codec
from critic_inference.transports.protobuf_json import message_to_dict

LONG_JSON = 64 * 1024  # bytes; larger bodies are parsed in a thread, so that they do not block the event loop


class Routes:
    """The endpoints."""

    def __init__(self, plane: DataPlane, max_request_bytes: int) -> None:
        self._plane = plane
        self._max_request_bytes = max_request_bytes

    async def live(self, _request: Request) -> Response:
        """The process is alive."""
        return Response()

    async def ready(self, _request: Request) -> Response:
        """200, or as in Triton 400, with the reasons."""
        return _readiness(self._plane.unready())

    async def server(self, _request: Request) -> Response:
        """Server metadata."""
        return JSONResponse(message_to_dict(self._plane.server_metadata()))

    async def model_ready(self, request: Request) -> Response:
        """200, or as in Triton 400."""
        ready = self._plane.model_ready(*_model_and_version(request))
        return _readiness([] if ready else ["Model version not ready"])

    async def model(self, request: Request) -> Response:
        """Model metadata."""
        return JSONResponse(message_to_dict(self._plane.model_metadata(*_model_and_version(request))))

    async def config(self, request: Request) -> Response:
        """The model's config."""
        return JSONResponse(message_to_dict(self._plane.model_config(*_model_and_version(request)).config))

    async def statistics(self, request: Request) -> Response:
        """Statistics of one model, or of all."""
        return JSONResponse(message_to_dict(self._plane.model_statistics(*_model_and_version(request))))

    async def index(self, request: Request) -> Response:
        """The repository index; the optional body is `{"ready": true}`."""
        body = await self._body(request)
        only_ready = bool(body) and http_codec.parse_object(body).get("ready") is True
        return JSONResponse(message_to_dict(self._plane.repository_index(only_ready=only_ready))["models"])

    async def infer(self, request: Request) -> Response:
        """Inference, JSON or binary."""
        body = await self._body(request)
        length = request.headers.get(http_codec.HEADER_LENGTH)
        arguments = (body, length, *_model_and_version(request))
        if length is None and len(body) > LONG_JSON:
            decoded = await asyncio.to_thread(http_codec.decode, *arguments)
        else:
            decoded = http_codec.decode(*arguments)
        content, headers = http_codec.encode(await self._plane.infer(decoded.request), decoded.binary_outputs)
        return Response(content, headers=headers)

    async def _body(self, request: Request) -> bytes:
        """The body, limited while it is received."""
        chunks, size = [], 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > self._max_request_bytes:
                raise RequestTooLarge(f"The request is larger than {self._max_request_bytes} bytes.")
            chunks.append(chunk)
        return b"".join(chunks)


def http_app(plane: DataPlane, max_request_bytes: int) -> Starlette:
    """The application."""
    routes = Routes(plane, max_request_bytes)
    table = [
        Route("/v2/health/live", routes.live),
        Route("/v2/health/ready", routes.ready),
        Route("/v2", routes.server),
        Route("/v2/models/stats", routes.statistics),
        Route("/v2/repository/index", routes.index, methods=["POST"]),
    ]
    for path in ("/v2/models/{model}", "/v2/models/{model}/versions/{version:int}"):
        table += _model_routes(path, routes)
    app = Starlette(routes=table, exception_handlers={CriticError: _refused, HTTPException: _http_error})
    app.router.redirect_slashes = False  # Triton has no such redirect
    return app


def _model_routes(path: str, routes: Routes) -> list[Route]:
    gets: dict[str, Callable[[Request], Any]] = {
        "": routes.model,
        "/ready": routes.model_ready,
        "/config": routes.config,
        "/stats": routes.statistics,
    }
    return [
        *(Route(path + suffix, endpoint) for suffix, endpoint in gets.items()),
        Route(f"{path}/infer", routes.infer, methods=["POST"]),
    ]


def _model_and_version(request: Request) -> tuple[str, str]:
    params = request.path_params
    return params.get("model", ""), str(params.get("version", ""))


def _readiness(reasons: list[str]) -> Response:
    return JSONResponse({"error": "; ".join(reasons)}, 400) if reasons else Response()


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CriticError)
    return JSONResponse({"error": error.detail}, error.status)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
