"""Time of a photo in each stage."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace

from critic_core.contracts.critique import Timings
from critic_core.runtime import tracing


class Stopwatch:
    """Milliseconds by stage; a stage that is entered several times adds up."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages = dict.fromkeys(Timings.model_fields, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as `name`, a field of Timings, with a span of the same name."""
        start = time.perf_counter()
        try:
            with tracing.span(name):
                yield
        finally:
            self._stages[name] += (time.perf_counter() - start) * 1000

    def add(self, stages_ms: Mapping[str, float]) -> None:
        """Count stages that have just ended, one after the other, perhaps in another process."""
        start = time.time_ns() - round(sum(stages_ms.values()) * 1e6)
        for name, milliseconds in stages_ms.items():
            end = start + round(milliseconds * 1e6)
            trace.get_tracer(__name__).start_span(name, start_time=start).end(end)
            self._stages[name] += milliseconds
            start = end

    def timings(self) -> Timings:
        """All stages so far; `total` counts from the stopwatch's creation."""
        total = (time.perf_counter() - self._start) * 1000
        return Timings(**{name: round(ms, 3) for name, ms in {**self._stages, "total": total}.items()})
