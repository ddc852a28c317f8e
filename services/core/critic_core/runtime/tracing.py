"""Traces, as OpenTelemetry tells them: one from an upload through the queue to the network that scored the photo.

Off, and without cost, unless OpenTelemetry's own variables say where traces go (OTEL_EXPORTER_OTLP_ENDPOINT). Each
service instruments its framework in a file of its own; here is what they share.
Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version

from opentelemetry import context, propagate, trace

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def enabled() -> bool:
    """Somebody listens to traces."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(os.environ.get(name) for name in ENDPOINTS)


def send_traces(service: str, begins: bool = False) -> Callable[[], None]:
    """Send this process's spans, the last ones when the function that is returned is called (or the process exits).

    After a fork each child calls it for itself, since the sender is a thread.

    Only a service that `begins` traces starts new ones, by OTEL_TRACES_SAMPLER; the others take part in those they are
    called in. So neither a worker's pulse nor a health check makes a trace of its own.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - when wanted
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased  # noqa: PLC0415

    attributes = {SERVICE_NAME: f"photo-critic-{service}", SERVICE_VERSION: version("photo-critic")}
    sampler = None if begins else ParentBased(root=ALWAYS_OFF)  # None: as the environment says
    provider = TracerProvider(resource=Resource.create(attributes), sampler=sampler)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def span(name: str) -> AbstractContextManager[trace.Span]:
    """A part of the trace that this is called in; nothing where there is none."""
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
    """The trace that this is called in, as 32 hexadecimal digits, to be found again from a log line."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
