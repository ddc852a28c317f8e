"""A trace begins with a request."""

from fastapi import FastAPI
from opentelemetry.trace import Span
from starlette.types import Scope

from critic_core.runtime import tracing

UNTRACED = "livez,readyz,metrics"
"""Asked every few seconds by balancers and Prometheus."""


def trace_requests(app: FastAPI) -> None:
    """Make each request a span, where traces are wanted."""
    if not tracing.wanted():
        return
    from opentelemetry.instrumentation.celery import CeleryInstrumentor  # noqa: PLC0415 - only when wanted
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415

    tracing.send_traces("gateway", begins=True)
    CeleryInstrumentor().instrument()  # the task takes the trace along
    FastAPIInstrumentor.instrument_app(
        app, excluded_urls=UNTRACED, exclude_spans=["receive", "send"], server_request_hook=_leave_query_out
    )


def _leave_query_out(span: Span, scope: Scope) -> None:
    """A query may name a receiver of webhooks, and that is nobody else's business."""
    for name in ("http.url", "http.target"):
        span.set_attribute(name, scope["path"])
