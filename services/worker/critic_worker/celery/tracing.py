"""A photo's trace continues in the pool process, and from there to the inference server."""

from celery import signals

from critic_core.runtime import tracing


def trace_tasks() -> None:
    """Make each task a span of the trace that its message carries; does nothing when tracing is off."""
    if not tracing.enabled():
        return
    from opentelemetry.instrumentation.celery import CeleryInstrumentor  # noqa: PLC0415 - only with tracing on

    CeleryInstrumentor().instrument()
    signals.worker_process_init.connect(_start_in_pool_process, weak=False)


def _start_in_pool_process(**_: object) -> None:
    """Threads and gRPC do not survive the fork: the exporter starts here, before the first gRPC channel."""
    from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient  # noqa: PLC0415 - loads gRPC

    flush = tracing.send_traces("worker")
    GrpcInstrumentorClient().instrument()
    signals.worker_process_shutdown.connect(lambda **_: flush(), weak=False)
