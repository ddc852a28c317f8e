"""Tracing: a trace begins with a request."""

from fastapi import FastAPI
from opentelemetry.trace import Span
from starlette.types import Scope

from critic_core.runtime import tracing
from critic_gateway.http.share_paths import mask_token

UNTRACED_PATHS = "livez,readyz,metrics"
"""Probes and scrapes, every few seconds."""


def trace_requests(app: FastAPI) -> None:
    """Instrument the application when an OTLP endpoint is configured."""
    if not tracing.enabled():
        return
    from opentelemetry.instrumentation.celery import CeleryInstrumentor  # noqa: PLC0415 - only when tracing is on
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415

    tracing.send_traces("gateway", begins=True)
    CeleryInstrumentor().instrument()  # the task carries the trace
    FastAPIInstrumentor.instrument_app(
        app, excluded_urls=UNTRACED_PATHS, exclude_spans=["receive", "send"], server_request_hook=_drop_query
    )


def _drop_query(span: Span, scope: Scope) -> None:
    """Keep the query and the token of a share link out of traces: the query may name a webhook receiver."""
    span.set_attribute("url.query", "")  # the name of newer conventions (OTEL_SEMCONV_STABILITY_OPT_IN)
    for name in ("http.url", "http.target"):
        span.set_attribute(name, mask_token(scope["path"]))
