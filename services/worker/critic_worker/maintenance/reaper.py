"""The reaper: deletes expired photos and albums, requeues lost photos, and replaces lost tickets."""

from contextlib import ExitStack

import redis

from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import redis_errors
from critic_core.stores.photo_deletion import delete_photo
from critic_worker.context import WorkerContext
from critic_worker.maintenance.single_run import claim_run
from critic_worker.photos.outcomes import record_requeue

log = logger(__name__)

INTERVAL_SECONDS = 5.0
TASK = "reaper"
MAX_TICKETS = 100  # of one run; the next one sends more


class Reaper:
    """One maintenance run every INTERVAL_SECONDS, by one of all workers."""

    def __init__(self, context: WorkerContext, client: "redis.Redis") -> None:
        self._context, self._redis = context, client

    def run(self) -> bool:
        """One maintenance run; False when another worker has just made it. Raises ServiceUnavailable.

        Every step runs, whether or not another one fails: a full Redis takes no ticket, yet deletions make room.
        """
        if not claim_run(self._redis, TASK, INTERVAL_SECONDS):
            return False
        with ExitStack() as steps:  # the last one first
            steps.callback(self.replace_lost_tickets)
            steps.callback(self.requeue_lost)
            steps.callback(self.requeue_abandoned)
            steps.callback(self.delete_expired_albums)
            steps.callback(self.delete_expired_photos)
        return True

    def requeue_abandoned(self) -> None:
        """Requeue photos that no worker's lease covers: the time limit would have stopped a living process by now."""
        for photo_id in self._context.jobs.running_longer_than(self._context.settings.lease_seconds):
            self._requeue_expired_lease(photo_id, "abandoned")

    def requeue_lost(self) -> None:
        """Requeue photos that were created but never enqueued, or whose ticket was lost on the way back to the queue.

        Should the ticket turn up after all, the photo still gets one result.
        """
        for photo_id in self._context.jobs.queued_longer_than(self._context.settings.lease_seconds):
            self._requeue_expired_lease(photo_id, "lost")

    def replace_lost_tickets(self) -> None:
        """Send tickets while photos are queued and no ticket is. A superfluous ticket finds no photo."""
        if self._has_tickets():
            return
        for _ in range(min(self._context.queue.queued(), MAX_TICKETS)):
            self._context.send_ticket(1)

    def delete_expired_photos(self) -> None:
        """Delete all photos whose time to live has ended."""
        while expired := self._context.jobs.expired():
            for photo_id in expired:
                delete_photo(self._context.jobs, self._context.storage, photo_id)
                log.info("photo_expired", photo_id=photo_id)

    def delete_expired_albums(self) -> None:
        """Delete albums that were deleted or have expired, with their photos. Restartable at any point."""
        albums = self._context.albums
        for album_id in albums.expired():
            for photo_id in albums.photos(album_id):
                delete_photo(self._context.jobs, self._context.storage, photo_id)
            albums.purge(album_id)
            log.info("album_purged", album_id=album_id)

    def _requeue_expired_lease(self, photo_id: str, reason: str) -> None:
        if self._context.jobs.requeue_expired_lease(photo_id, self._context.settings.lease_seconds):
            self._context.send_ticket(1)
            record_requeue(photo_id, reason)

    def _has_tickets(self) -> bool:
        with redis_errors():
            return self._redis.llen(CRITIQUE_QUEUE) != 0
