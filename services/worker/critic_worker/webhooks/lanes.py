"""At most so many tries to one receiver at a time, so that one that hangs leaves room for the others."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Lanes:
    """Counts who is being called."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, host: str) -> Iterator[bool]:
        """A lane to that host for as long as the block lasts; False when all of its lanes are taken."""
        with self._lock:
            free = self._taken[host] < self._each
            self._taken[host] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[host] -= free
                if not self._taken[host]:
                    del self._taken[host]
