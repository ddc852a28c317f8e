"""Detects a sender that stays up and consumes nothing, as a Celery worker can after Redis restarts."""

import time
from collections.abc import Callable


class ConsumptionMonitor:
    """Measures how long the queue has had tasks without a task being started."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._idle_since: float | None = None

    def task_started(self) -> None:
        """Reset the measurement."""
        self._idle_since = None

    def idle_seconds(self, queued: int) -> float:
        """Seconds without a started task, at a queue of this length; 0 for an empty queue."""
        if not queued:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = self._clock()
        return self._clock() - self._idle_since if self._idle_since is not None else 0.0
