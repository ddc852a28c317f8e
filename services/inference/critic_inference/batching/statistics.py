"""Counters of a model version since it was loaded, with Triton's meanings."""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from critic_inference.batching.batch import Timing
from critic_inference.batching.latencies import Latencies

SECOND = 1_000_000_000  # nanoseconds


class Failure(StrEnum):
    """Triton's reasons of `nv_inference_request_failure`."""

    rejected = "REJECTED"
    canceled = "CANCELED"
    backend = "BACKEND"
    unspecified = "OTHER"


@dataclass(slots=True)
class Total:
    """Count and cumulative duration (nanoseconds)."""

    count: int = 0
    ns: int = 0

    def add(self, ns: int) -> None:
        """Count one more duration."""
        self.count += 1
        self.ns += ns


@dataclass(slots=True)
class Stages:
    """The three stages of a batch."""

    input: Total = field(default_factory=Total)
    infer: Total = field(default_factory=Total)
    output: Total = field(default_factory=Total)

    def add(self, timing: Timing) -> None:
        """Count one more batch, or one more request of a batch."""
        self.input.add(timing.input_ns)
        self.infer.add(timing.infer_ns)
        self.output.add(timing.output_ns)


@dataclass(slots=True)
class Statistics:
    """Counters, written on the event loop only and read from any thread."""

    inferences: int = 0  # rows
    executions: int = 0  # batches
    last_inference_ms: int = 0  # Unix time
    success: Total = field(default_factory=Total)
    queue: Total = field(default_factory=Total)
    stages: Stages = field(default_factory=Stages)
    fail_ns: int = 0
    failures: dict[Failure, int] = field(default_factory=lambda: dict.fromkeys(Failure, 0))
    batches: dict[int, Stages] = field(default_factory=dict)  # by rows
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def totals(self) -> tuple[Total, ...]:
        """Of all requests, in the order of `latencies.STAGES`."""
        return (self.success, self.queue, self.stages.input, self.stages.infer, self.stages.output)

    def record_batch(self, rows: int, timing: Timing) -> None:
        """Count a computed batch of `rows`."""
        self.inferences += rows
        self.executions += 1
        self.last_inference_ms = int(time.time() * 1000)
        self.batches.setdefault(rows, Stages()).add(timing)

    def record_success(self, queued_at: float, dequeued_at: float, done_at: float, timing: Timing) -> None:
        """Count a successful request; times are `perf_counter` seconds."""
        request_ns, queue_ns = int((done_at - queued_at) * SECOND), int((dequeued_at - queued_at) * SECOND)
        self.success.add(request_ns)
        self.queue.add(queue_ns)
        self.stages.add(timing)
        self.latencies.record((request_ns, queue_ns, timing.input_ns, timing.infer_ns, timing.output_ns))

    def record_failure(self, reason: Failure, seconds: float = 0.0) -> None:
        """Count a failed request."""
        self.failures[reason] += 1
        self.fail_ns += int(seconds * SECOND)
