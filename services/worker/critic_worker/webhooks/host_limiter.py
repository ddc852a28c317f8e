"""A limit of concurrent attempts per receiver, against head-of-line blocking by a hanging receiver.

A responding receiver may use most threads, since an installation often has a single receiver. An unresponsive receiver
gets a few threads until the next response.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_MAX_UNRESPONSIVE = 10_000  # callers choose the hosts: without a limit, they could fill the memory


class HostLimiter:
    """Counts concurrent attempts per host, and stores unresponsive hosts."""

    def __init__(self, threads: int) -> None:
        self._max_responsive, self._max_unresponsive = max(1, threads * 3 // 4), max(1, threads // 8)
        self._attempts: Counter[str] = Counter()
        self._unresponsive: dict[str, None] = {}
        self._lock = threading.Lock()

    def _limit(self, host: str) -> int:
        return self._max_unresponsive if host in self._unresponsive else self._max_responsive

    @contextmanager
    def slot(self, host: str) -> Iterator[bool]:
        """Occupy a slot of the host during the block; False without a free slot."""
        with self._lock:
            free = self._attempts[host] < self._limit(host)
            self._attempts[host] += free
        try:
            yield free
        finally:
            with self._lock:
                self._attempts[host] -= free
                if not self._attempts[host]:
                    del self._attempts[host]

    def record(self, host: str, responded: bool) -> None:
        """Record a response, of any status, or a failure of the host."""
        with self._lock:
            if responded:
                self._unresponsive.pop(host, None)
                return
            self._unresponsive[host] = None
            if len(self._unresponsive) > _MAX_UNRESPONSIVE:
                del self._unresponsive[next(iter(self._unresponsive))]
