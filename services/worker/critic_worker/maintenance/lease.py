"""The lease of this worker, and the photos of workers whose lease has expired.

Every worker refreshes its lease, and recovers the photos of the others: a killed worker's photos are queued again
within LEASE_SECONDS and two rounds.
"""

import time
from collections.abc import Callable

from critic_core.stores.photo_queue import LEASE_SECONDS
from critic_worker.context import WorkerContext
from critic_worker.photos.outcomes import record_requeue

REFRESH_SECONDS = 1.0


class WorkerLease:
    """One round every REFRESH_SECONDS, in the main process of every worker."""

    def __init__(self, context: WorkerContext, clock: Callable[[], float] = time.monotonic) -> None:
        self._context, self._queue, self._now = context, context.queue, clock
        self._name = context.settings.lease_name
        self._last = self._connected_since = -float("inf")
        self._ended_predecessors = False

    def run(self) -> None:
        """Refresh the lease, and recover photos of dead workers. Raises QueueUnavailable."""
        self._refresh()
        if not self._ended_predecessors:
            self._end_predecessors()
            self._ended_predecessors = True
        if self._now() - self._connected_since > LEASE_SECONDS:
            self._recover(self._queue.workers())

    def _refresh(self) -> None:
        """After a pause of this worker or of Redis, the leases of living workers have expired, too."""
        self._queue.refresh_lease(self._name)
        now = self._now()
        if now - self._last > LEASE_SECONDS / 2:
            self._connected_since = now
        self._last = now

    def _end_predecessors(self) -> None:
        """Names of workers are unique: a worker with this one's name has ended."""
        prefix = f"{self._context.settings.worker_name}/"
        names = [name for name in self._queue.workers() if name.startswith(prefix) and name != self._name]
        for name in names:
            self._queue.end_lease(name)
        self._recover(names)

    def _recover(self, names: list[str]) -> None:
        for name in names:
            for photo_id in self._queue.recover(name):
                self._context.send_ticket(1)
                record_requeue(photo_id, "worker_lost")
