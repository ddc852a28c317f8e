"""What no single photo's way takes care of: lost deliveries, vanished workers, photos whose time ran out."""

import redis

from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import photo_key, preview_key
from critic_core.stores.jobs import answering
from critic_worker.photos.process import Place

log = logger(__name__)

ROUND_SECONDS = 5.0
TURN = "critic:housekeeping"


def keep_house(place: Place, client: "redis.Redis") -> bool:
    """One round, by one worker of all; False when another one has just made it. Raises ServiceUnavailable."""
    if not _my_turn(client, place.settings.worker_name):
        return False
    put_back_abandoned(place)
    if _queue_is_empty(client):
        put_back_lost(place)
    forget_expired(place)
    forget_albums(place)
    return True


def put_back_abandoned(place: Place) -> None:
    """Photos of workers that vanished whole: their process would have been stopped by the time limit by now."""
    lease = place.settings.lease_seconds
    for photo_id in place.jobs.running_longer_than(lease):
        _put_back(photo_id, lease, place, "abandoned")


def put_back_lost(place: Place) -> None:
    """Photos that wait while nothing is in the queue: their message was lost between Redis and a worker, or never sent.

    A message that a worker holds was taken up within the time limit, so one that waited longer is lost. If it turns up
    after all, the photo is answered once all the same.
    """
    lease = place.settings.lease_seconds
    for photo_id in place.jobs.queued_longer_than(lease):
        _put_back(photo_id, lease, place, "lost")


def forget_expired(place: Place) -> None:
    """All whose time to live ran out."""
    while expired := place.jobs.expired():
        for photo_id in expired:
            _forget(photo_id, place)
            log.info("photo_expired", photo_id=photo_id)


def forget_albums(place: Place) -> None:
    """Albums that were deleted or whose time ran out, with their photos; one that is interrupted is begun again."""
    for album_id in place.albums.expired():
        for photo_id in place.albums.photos(album_id):
            _forget(photo_id, place)
        place.albums.clear(album_id)
        log.info("album_forgotten", album_id=album_id)


def _forget(photo_id: str, place: Place) -> None:
    """Bytes first: a photo that is still known is tried again next time."""
    place.storage.delete(photo_key(photo_id))
    place.storage.delete(preview_key(photo_id))
    place.jobs.delete(photo_id)


def _put_back(photo_id: str, lease: float, place: Place, why: str) -> None:
    if place.jobs.requeue(photo_id, lease):
        place.enqueue(photo_id)
        log.warning("photo_put_back", photo_id=photo_id, why=why)


def _my_turn(client: "redis.Redis", worker: str) -> bool:
    with answering():
        return bool(client.set(TURN, worker, nx=True, px=int(ROUND_SECONDS * 1000)))


def _queue_is_empty(client: "redis.Redis") -> bool:
    with answering():
        return client.llen(CRITIQUE_QUEUE) == 0
