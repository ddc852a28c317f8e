"""How many tries may go to one receiver at a time, so that one that hangs leaves room for the others.

A receiver that answers may have most threads: often there is but one. A receiver that gave no answer gets a few, until
it gives one.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_MOST_DOUBTED = 10_000  # hosts are named by callers: without an end they would fill the memory


class Lanes:
    """Counts who is being called, and remembers who did not answer last time."""

    def __init__(self, all_threads: int) -> None:
        self._most, self._few = max(1, all_threads * 3 // 4), max(1, all_threads // 8)
        self._taken: Counter[str] = Counter()
        self._doubted: dict[str, None] = {}
        self._lock = threading.Lock()

    @contextmanager
    def one(self, host: str) -> Iterator[bool]:
        """A lane to that host for as long as the block lasts; False when all of its lanes are taken."""
        with self._lock:
            free = self._taken[host] < (self._few if host in self._doubted else self._most)
            self._taken[host] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[host] -= free
                if not self._taken[host]:
                    del self._taken[host]

    def learn(self, host: str, answered: bool) -> None:
        """Remember whether the host gave an answer, whatever it said."""
        with self._lock:
            if answered:
                self._doubted.pop(host, None)
                return
            self._doubted[host] = None
            if len(self._doubted) > _MOST_DOUBTED:
                del self._doubted[next(iter(self._doubted))]
