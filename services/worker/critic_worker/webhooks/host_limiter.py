"""A limit of concurrent attempts per receiver, against head-of-line blocking by a receiver that hangs.

A receiver that responds may use most threads: often it is the only one. One that did not respond gets a few until it
responds.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_MAX_SUSPECTS = 10_000  # callers choose the hosts: without a limit, they could fill the memory


class HostLimiter:
    """Counts the attempts under way per host, and remembers the hosts that did not respond."""

    def __init__(self, threads: int) -> None:
        self._most, self._few = max(1, threads * 3 // 4), max(1, threads // 8)
        self._in_use: Counter[str] = Counter()
        self._suspects: dict[str, None] = {}
        self._lock = threading.Lock()

    @contextmanager
    def slot(self, host: str) -> Iterator[bool]:
        """Hold a slot of this host during the block; False when none is free."""
        with self._lock:
            free = self._in_use[host] < (self._few if host in self._suspects else self._most)
            self._in_use[host] += free
        try:
            yield free
        finally:
            with self._lock:
                self._in_use[host] -= free
                if not self._in_use[host]:
                    del self._in_use[host]

    def record(self, host: str, responded: bool) -> None:
        """Remember whether the host responded, with any status."""
        with self._lock:
            if responded:
                self._suspects.pop(host, None)
                return
            self._suspects[host] = None
            if len(self._suspects) > _MAX_SUSPECTS:
                del self._suspects[next(iter(self._suspects))]
