"""A call that comes with a trace becomes a span of it."""

from typing import Any

from critic_core.runtime import tracing


def interceptors() -> list[Any]:
    """What a gRPC server needs to take part in traces; nothing where none are wanted."""
    if not tracing.wanted():
        return []
    from opentelemetry.instrumentation.grpc import aio_server_interceptor  # noqa: PLC0415 - only when wanted

    tracing.send_traces("inference")
    return [aio_server_interceptor()]
