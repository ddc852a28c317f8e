"""Durations of the newest requests, for quantiles over the last minute."""

import time
from collections import deque
from collections.abc import Callable

import numpy as np

from critic_inference.tensors import Array

WINDOW_SECONDS = 60.0
MOST_REQUESTS = 8192
"""Above 136 requests a second the window is shorter than a minute."""
STAGES = ("request", "queue", "compute_input", "compute_infer", "compute_output")
QUANTILES = (0.5, 0.9, 0.95, 0.99, 0.999)


class Latencies:
    """Written on the event loop only, read from any thread."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._now = clock
        self._requests: deque[tuple[float, tuple[int, ...]]] = deque(maxlen=MOST_REQUESTS)

    def record(self, durations_ns: tuple[int, ...]) -> None:
        """Add a request: nanoseconds in each of STAGES."""
        self._requests.append((self._now(), durations_ns))

    def quantiles_us(self) -> Array:
        """Microseconds `[QUANTILES, STAGES]`; NaN without a request in the window."""
        oldest = self._now() - WINDOW_SECONDS
        recent = [durations for recorded_at, durations in list(self._requests) if recorded_at >= oldest]
        if not recent:
            return np.full((len(QUANTILES), len(STAGES)), np.nan)
        return np.quantile(np.array(recent) / 1000, QUANTILES, axis=0)
