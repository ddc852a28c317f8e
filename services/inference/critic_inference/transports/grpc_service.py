"""The gRPC service: each call decodes, calls the data plane, encodes."""

from collections.abc import Callable
from typing import Any

import grpc
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc

from critic_core.contracts.errors import CriticError
from critic_inference.errors import Unsupported
from critic_inference.serving.dataplane import DataPlane
from critic_inference.transports import grpc_codec
from critic_inference.transports.tracing import interceptors

CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    404: grpc.StatusCode.NOT_FOUND,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
}


class InferenceService(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]  # tritonclient has no types
    """The calls, named as in the protocol."""

    def __init__(self, plane: DataPlane) -> None:
        self._plane = plane

    async def ServerLive(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's name
        return pb.ServerLiveResponse(live=True)

    async def ServerReady(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return pb.ServerReadyResponse(ready=not self._plane.unready())

    async def ModelReady(self, request: Any, context: Any) -> Any:  # noqa: N802
        ready = await _call(context, lambda: self._plane.model_ready(request.name, request.version))
        return pb.ModelReadyResponse(ready=ready)

    async def ServerMetadata(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return self._plane.server_metadata()

    async def ModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _call(context, lambda: self._plane.model_metadata(request.name, request.version))

    async def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _call(context, lambda: self._plane.model_config(request.name, request.version))

    async def ModelStatistics(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _call(context, lambda: self._plane.model_statistics(request.name, request.version))

    async def RepositoryIndex(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _call(context, lambda: self._plane.repository_index(request.repository_name, request.ready))

    async def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802
        try:
            return grpc_codec.encode(await self._plane.infer(grpc_codec.decode(request)))
        except CriticError as error:
            return await _abort(context, error)


async def _call(context: Any, method: Callable[[], Any]) -> Any:
    try:
        return method()
    except CriticError as error:
        return await _abort(context, error)


async def _abort(context: Any, error: CriticError) -> Any:
    await context.abort(CODES.get(error.status, grpc.StatusCode.INTERNAL), error.detail)
    raise Unsupported  # unreachable: abort raises


def grpc_server(plane: DataPlane, address: str, max_request_bytes: int) -> grpc.aio.Server:
    """A server bound to `address` (host:port), not yet started. Raises RuntimeError when the port is taken."""
    server = grpc.aio.server(
        interceptors=interceptors(),
        options=[
            ("grpc.max_receive_message_length", max_request_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.so_reuseport", 0),  # a taken port is an error, not a second server beside the first
        ],
    )
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(InferenceService(plane), server)
    server.add_insecure_port(address)
    return server
