"""Tracing: off without an endpoint, and without the query of a request."""

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider

from critic_gateway.tracing import _drop_query, trace_requests


def test_without_an_endpoint_nothing_is_instrumented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    app = FastAPI()
    trace_requests(app)
    assert not app.user_middleware


def test_a_span_has_the_path_without_the_query() -> None:
    span = TracerProvider().get_tracer("test").start_span("GET")
    span.set_attribute("http.url", "http://gateway/v1/photos?callback_url=https://receiver.example")
    span.set_attribute("url.query", "callback_url=https://receiver.example")
    _drop_query(span, {"type": "http", "path": "/v1/photos"})
    attributes = getattr(span, "attributes", {})
    assert {attributes["http.url"], attributes["http.target"]} == {"/v1/photos"}
    assert "receiver.example" not in str(dict(attributes))


def test_a_span_has_no_token_of_a_share_link() -> None:
    span = TracerProvider().get_tracer("test").start_span("GET")
    _drop_query(span, {"type": "http", "path": "/v1/shared/secret/photos"})
    attributes = getattr(span, "attributes", {})
    assert {attributes["http.url"], attributes["http.target"]} == {"/v1/shared/…/photos"}
