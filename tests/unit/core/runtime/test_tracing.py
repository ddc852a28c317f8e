"""A photo's trace continues in whatever ticket brings it to a worker."""

from opentelemetry import context, propagate

from critic_core.runtime.tracing import continued, current_trace_id, traceparent

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def test_the_trace_of_a_parent_is_continued_inside_the_block() -> None:
    with continued(PARENT):
        assert (current_trace_id(), traceparent()) == (TRACE, PARENT)
    assert current_trace_id() is None


def test_a_span_of_the_same_trace_stays_the_parent() -> None:
    own = PARENT.replace("b7ad6b7169203331", "00f067aa0ba902b7")
    token = context.attach(propagate.extract({"traceparent": own}))
    with continued(PARENT):
        assert traceparent() == own
    context.detach(token)


def test_outside_a_trace_nothing_is_continued() -> None:
    assert traceparent() is None
    with continued(None):
        assert current_trace_id() is None
