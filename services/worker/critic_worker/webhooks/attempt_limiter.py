"""Limits of concurrent attempts per receiver and per owner, against head-of-line blocking by hanging receivers.

A responding receiver may use half of the threads, since an installation often has a single receiver. An unresponsive
receiver gets a few threads until the next response. An owner chooses the hosts, and can name many: all of them together
use at most three quarters of the threads, and the unresponsive ones a quarter.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_MAX_UNRESPONSIVE = 10_000  # callers choose the hosts: without a limit, they could fill the memory


class AttemptLimiter:
    """Counts concurrent attempts per host and owner, and stores unresponsive hosts."""

    def __init__(self, threads: int) -> None:
        self._most, self._most_unresponsive = max(1, threads // 2), max(1, threads // 8)
        self._most_of_owner, self._most_unresponsive_of_owner = max(1, threads * 3 // 4), max(1, threads // 4)
        self._attempts: Counter[str] = Counter()
        self._unresponsive: dict[str, None] = {}
        self._lock = threading.Lock()

    def _limits(self, host: str, owner: str) -> dict[str, int]:
        """Most attempts by the names of their counters."""
        if host in self._unresponsive:
            unresponsive = {f"unresponsive {owner}": self._most_unresponsive_of_owner}
            return {f"host {host}": self._most_unresponsive, f"owner {owner}": self._most_of_owner} | unresponsive
        return {f"host {host}": self._most, f"owner {owner}": self._most_of_owner}

    @contextmanager
    def slot(self, host: str, owner: str) -> Iterator[bool]:
        """Occupy a slot of host and owner during the block; False without a free slot."""
        with self._lock:
            limits = self._limits(host, owner)
            free = all(self._attempts[name] < limit for name, limit in limits.items())
            self._attempts.update([*limits] if free else ())
        try:
            yield free
        finally:
            with self._lock:
                self._attempts -= Counter([*limits] if free else ())  # drops counters of zero

    def record(self, host: str, responded: bool) -> None:
        """Record a response, of any status, or a failure of the host."""
        with self._lock:
            if responded:
                self._unresponsive.pop(host, None)
                return
            self._unresponsive[host] = None
            if len(self._unresponsive) > _MAX_UNRESPONSIVE:
                del self._unresponsive[next(iter(self._unresponsive))]
