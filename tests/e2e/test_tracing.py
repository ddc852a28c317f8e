"""One trace from the upload through the queue to the network, seen by a collector; and nothing where none listens."""

import json
from collections.abc import Iterator

import pytest
from tests.support.local_stack import LocalStack, photo_of, served_model
from tests.support.photos import DATA
from tests.support.trace_collector import Span, TraceCollector
from tests.support.waiting import until

from critic_core.contracts.photo import CRITIQUE_TASK, PhotoState

ROCKET = (DATA / "rocket.jpg").read_bytes()
UPLOADS = 3
COMPUTE = "/inference.GRPCInferenceService/ModelInfer"


@pytest.fixture(scope="module")
def collector() -> Iterator[TraceCollector]:
    listening = TraceCollector()
    yield listening
    listening.stop()


@pytest.fixture(scope="module")
def traced(collector: TraceCollector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack that sends its traces; three photos went through it."""
    served_model()
    stack = LocalStack(tmp_path_factory.mktemp("traced") / "data", LOG_FORMAT="json")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")  # milliseconds between two sendings
        stack.start()
    with stack.client() as http:
        for _ in range(UPLOADS):
            answer = http.post("/v1/photos", params={"wait": 30}, content=ROCKET)
            assert photo_of(answer).state is PhotoState.done
    yield stack
    assert stack.stop() == 0


@pytest.fixture(scope="module")
def traces(traced: LocalStack, collector: TraceCollector) -> dict[str, list[Span]]:
    """Spans by trace, once every upload's has come in."""
    whole = until(lambda: _whole(collector.spans()), 20, "a trace of each upload")
    return {trace: [span for span in collector.spans() if span.trace_id == trace] for trace in whole}


def _whole(spans: list[Span]) -> set[str] | None:
    """The traces of all uploads, once each service has told its last part; they send at times of their own."""
    begun = {span.trace_id for span in spans if _is(span, "gateway", "POST /v1/photos")}
    worked = {span.trace_id for span in spans if _is(span, "worker", f"run/{CRITIQUE_TASK}")}
    computed = {span.trace_id for span in spans if _is(span, "inference", COMPUTE)}
    return begun if len(begun & worked & computed) == UPLOADS else None


def _span(spans: list[Span], service: str, name: str) -> Span:
    (found,) = [span for span in spans if _is(span, service, name)]
    return found


def _is(span: Span, service: str, name: str) -> bool:
    return (span.service, span.name) == (f"photo-critic-{service}", name)  # a call has the same name on both sides


def _ancestors(span: Span, spans: list[Span]) -> list[str]:
    by_id = {span.span_id: span for span in spans}
    names = []
    while span.parent_id:
        span = by_id[span.parent_id]
        names.append(span.name)
    return names


def test_the_network_computes_in_the_trace_of_the_upload(traces: dict[str, list[Span]]) -> None:
    for spans in traces.values():
        computed = _span(spans, "inference", COMPUTE)
        chain = _ancestors(computed, spans)
        assert chain[-1] == "POST /v1/photos"
        assert [name for name in chain if name.startswith(("run/", "apply_async/"))] == [
            f"run/{CRITIQUE_TASK}",
            f"apply_async/{CRITIQUE_TASK}",
        ]
        assert "infer" in chain  # the worker's own stage


def test_each_stage_of_a_photo_is_a_span(traces: dict[str, list[Span]]) -> None:
    for spans in traces.values():
        task = _span(spans, "worker", f"run/{CRITIQUE_TASK}")
        stages = {span.name: span for span in spans if span.parent_id == task.span_id}
        assert {"load", "decode", "prepare", "infer", "measure", "fingerprint", "preview"} <= set(stages)
        assert all(task.begins <= span.begins <= span.ends <= task.ends for span in stages.values())


def test_pulses_and_probes_make_no_traces(traced: LocalStack, collector: TraceCollector) -> None:
    with traced.client() as http:
        assert http.get("/readyz").status_code == 200
    assert {span.name for span in collector.spans() if not span.parent_id} == {"POST /v1/photos"}


def test_no_span_holds_a_query(traces: dict[str, list[Span]]) -> None:
    values = [value for spans in traces.values() for span in spans for value in span.attributes.values()]
    assert [value for value in values if "wait=" in value] == []


def test_log_lines_name_the_trace(traced: LocalStack, traces: dict[str, list[Span]]) -> None:
    lines = [json.loads(line[line.index("{") :]) for line in traced.said().splitlines() if '"trace_id"' in line]
    for event in ("photo_accepted", "photo_done"):
        assert {line["trace_id"] for line in lines if line["event"] == event} == set(traces)
