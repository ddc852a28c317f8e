"""How long each stage of a photo took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from critic_core.contracts.critique import Timings
from critic_core.runtime import tracing


class Stopwatch:
    """Milliseconds by stage, added up when a stage is entered more than once."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._stages = dict.fromkeys(Timings.model_fields, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as `name`, one of the fields of Timings."""
        began = time.perf_counter()
        try:
            with tracing.span(name):
                yield
        finally:
            self._stages[name] += (time.perf_counter() - began) * 1000

    def timings(self) -> Timings:
        """All stages so far; `total` is since the watch was made."""
        total = (time.perf_counter() - self._began) * 1000
        return Timings(**{name: round(ms, 3) for name, ms in {**self._stages, "total": total}.items()})
