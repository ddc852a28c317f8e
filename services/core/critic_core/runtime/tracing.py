"""OpenTelemetry traces from the upload through the queue to the inference request.

Disabled, and without cost, unless an OpenTelemetry endpoint is set (OTEL_EXPORTER_OTLP_ENDPOINT). Every service
instruments its framework; this module has the common parts.
Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version

from opentelemetry import context, propagate, trace

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def enabled() -> bool:
    """Whether an endpoint is set."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(os.environ.get(name) for name in ENDPOINTS)


def send_traces(service: str, begins: bool = False) -> Callable[[], None]:
    """Export the spans of this process. Returns a function that flushes the last spans; process exit also flushes.

    Every forked child must call `send_traces`, since the exporter is a thread.

    With `begins`, requests without a parent start new traces, subject to OTEL_TRACES_SAMPLER. Without `begins`, spans
    only continue existing traces, so that heartbeats and health checks start no traces.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only when enabled
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased  # noqa: PLC0415

    attributes = {SERVICE_NAME: f"photo-critic-{service}", SERVICE_VERSION: version("photo-critic")}
    sampler = None if begins else ParentBased(root=ALWAYS_OFF)  # None: from the environment
    provider = TracerProvider(resource=Resource.create(attributes), sampler=sampler)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def span(name: str) -> AbstractContextManager[trace.Span]:
    """A span in the current trace; no effect without a trace."""
    return trace.get_tracer(__name__).start_as_current_span(name)


def traceparent() -> str | None:
    """The current span as W3C trace context, for `continued`; None outside a trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def continued(parent: str | None) -> Iterator[None]:
    """Run the block in the trace of `parent`, unless it runs there already."""
    if parent is None or current_trace_id() in parent.split("-"):
        yield
        return
    token = context.attach(propagate.extract({"traceparent": parent}))
    try:
        yield
    finally:
        context.detach(token)


def current_trace_id() -> str | None:
    """The id of the current trace, 32 hexadecimal digits, for log lines."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
