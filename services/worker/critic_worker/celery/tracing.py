"""A photo's trace goes on in the pool child that works on it, and from there to the inference server."""

from celery import signals

from critic_core.runtime import tracing


def trace_tasks() -> None:
    """Make each task that came with a trace a span of it, where traces are wanted."""
    if not tracing.wanted():
        return
    from opentelemetry.instrumentation.celery import CeleryInstrumentor  # noqa: PLC0415 - only when wanted

    CeleryInstrumentor().instrument()
    signals.worker_process_init.connect(_send_from_child, weak=False)


def _send_from_child(**_: object) -> None:
    """Threads and gRPC do not survive the fork: both begin here, before the child makes its first channel."""
    from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient  # noqa: PLC0415 - loads gRPC

    send_last = tracing.send_traces("worker")
    GrpcInstrumentorClient().instrument()
    signals.worker_process_shutdown.connect(lambda **_: send_last(), weak=False)
