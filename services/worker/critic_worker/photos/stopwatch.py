"""Time of a photo in each stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

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

    def timings(self) -> Timings:
        """All stages so far; `total` counts from the stopwatch's creation."""
        total = (time.perf_counter() - self._start) * 1000
        return Timings(**{name: round(ms, 3) for name, ms in {**self._stages, "total": total}.items()})
