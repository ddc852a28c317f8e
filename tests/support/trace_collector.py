"""An OpenTelemetry collector that only remembers: OTLP over HTTP, in protobuf."""

import gzip
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.support.scripted_server import Request, ScriptedServer


@dataclass(frozen=True)
class Span:
    """A span as it arrived; ids in hexadecimal, times in nanoseconds."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    begins: int
    ends: int
    attributes: dict[str, str]


class TraceCollector:
    """Listens on a free port until stopped."""

    def __init__(self) -> None:
        self._server = ScriptedServer()
        self.url = self._server.url

    def stop(self) -> None:
        self._server.stop()

    def spans(self) -> list[Span]:
        """All so far, those of all services."""
        return [span for request in self._server.of("POST", "/v1/traces") for span in _spans(request)]


def _spans(request: Request) -> list[Span]:
    zipped = request.headers.get("content-encoding") == "gzip"
    message = ExportTraceServiceRequest.FromString(gzip.decompress(request.body) if zipped else request.body)
    return [
        Span(
            service=_attributes(resource.resource)["service.name"],
            name=span.name,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            begins=span.start_time_unix_nano,
            ends=span.end_time_unix_nano,
            attributes=_attributes(span),
        )
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _attributes(owner: object) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in owner.attributes}  # type: ignore[attr-defined]  # protobuf
