"""One time limit over many steps."""

import time
from collections.abc import Callable


class Deadline:
    """A moment that all steps of an attempt share as their limit."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """The remaining seconds. TimeoutError after the deadline."""
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise TimeoutError
        return seconds
