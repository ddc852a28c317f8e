"""Spans for calls that carry a trace context."""

from typing import Any

from critic_core.runtime import tracing


def interceptors() -> list[Any]:
    """gRPC interceptors for tracing; none while tracing is off."""
    if not tracing.enabled():
        return []
    from opentelemetry.instrumentation.grpc import aio_server_interceptor  # noqa: PLC0415 - only with tracing on

    tracing.send_traces("inference")
    return [aio_server_interceptor()]
