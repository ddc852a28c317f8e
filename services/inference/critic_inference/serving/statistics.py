"""What a model version has done since it was loaded, in Triton's terms."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tritonclient.grpc import service_pb2

from critic_inference.batching.batch import Timing

SECOND = 1_000_000_000  # nanoseconds


class Failure(StrEnum):
    """Triton's reasons of `nv_inference_request_failure`."""

    rejected = "REJECTED"
    canceled = "CANCELED"
    backend = "BACKEND"
    other = "OTHER"


@dataclass(slots=True)
class Total:
    """How often, and how long in all (nanoseconds)."""

    count: int = 0
    ns: int = 0

    def add(self, ns: int) -> None:
        """One more."""
        self.count += 1
        self.ns += ns


@dataclass(slots=True)
class Stages:
    """The three stages of a batch."""

    input: Total = field(default_factory=Total)
    infer: Total = field(default_factory=Total)
    output: Total = field(default_factory=Total)

    def add(self, timing: Timing) -> None:
        """One more batch (or one more request in it)."""
        self.input.add(timing.input_ns)
        self.infer.add(timing.infer_ns)
        self.output.add(timing.output_ns)


@dataclass(slots=True)
class Statistics:
    """Counters; written on the event loop only, read from anywhere."""

    inferences: int = 0  # rows
    executions: int = 0  # batches
    last_inference_ms: int = 0  # Unix time
    success: Total = field(default_factory=Total)
    queue: Total = field(default_factory=Total)
    stages: Stages = field(default_factory=Stages)
    fail_ns: int = 0
    failures: dict[Failure, int] = field(default_factory=lambda: dict.fromkeys(Failure, 0))
    batches: dict[int, Stages] = field(default_factory=dict)  # by rows

    def computed(self, rows: int, timing: Timing) -> None:
        """A batch of `rows` is through."""
        self.inferences += rows
        self.executions += 1
        self.last_inference_ms = int(time.time() * 1000)
        self.batches.setdefault(rows, Stages()).add(timing)

    def answered(self, queued: float, taken: float, done: float, timing: Timing) -> None:
        """A request got its answer; times are `perf_counter` seconds."""
        self.success.add(int((done - queued) * SECOND))
        self.queue.add(int((taken - queued) * SECOND))
        self.stages.add(timing)

    def failed(self, reason: Failure, seconds: float = 0.0) -> None:
        """A request got none."""
        self.failures[reason] += 1
        self.fail_ns += int(seconds * SECOND)


def statistics_message(name: str, version: int, told: Statistics) -> Any:
    """A `ModelStatistics` message."""
    message = service_pb2.ModelStatistics(
        name=name,
        version=str(version),
        last_inference=told.last_inference_ms,
        inference_count=told.inferences,
        execution_count=told.executions,
    )
    stats = message.inference_stats
    _tell(stats.success, told.success)
    _tell(stats.fail, Total(sum(told.failures.values()), told.fail_ns))
    _tell(stats.queue, told.queue)
    _tell_stages(stats, told.stages)
    _tell(stats.cache_hit, Total())
    _tell(stats.cache_miss, Total())
    for rows, stages in sorted(told.batches.items()):
        _tell_stages(message.batch_stats.add(batch_size=rows), stages)
    return message


def _tell_stages(message: Any, stages: Stages) -> None:
    _tell(message.compute_input, stages.input)
    _tell(message.compute_infer, stages.infer)
    _tell(message.compute_output, stages.output)


def _tell(message: Any, total: Total) -> None:
    message.SetInParent()
    message.count, message.ns = total.count, total.ns
