"""What the sender does several times a second: make deliveries of what happened, and hand out those that are due."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.logs import logger
from critic_core.stores.deliveries import Entry
from critic_worker.webhooks.context import Place
from critic_worker.webhooks.events import occasion_of

log = logger(__name__)

ROUND_SECONDS = 0.25
HANDED_OUT_PER_THREAD = 4  # tries that wait in the queue: the rest waits where no lease runs


def go_round(place: Place) -> None:
    """One round; several senders may make theirs at once. Raises QueueUnavailable."""
    for entry in place.deliveries.outbox():
        try:
            open_delivery(entry, place)
        except QueueUnavailable:
            raise
        except Exception:
            log.exception("event_cannot_be_told", subject=entry.subject)
            place.deliveries.drop(entry)  # or all that came after it would wait for ever
    room = HANDED_OUT_PER_THREAD * place.settings.webhook_concurrency - place.handed_out()
    if room > 0:
        for ticket in place.deliveries.take_due(place.settings.webhook_lease_seconds, room):
            place.hand_out(ticket)


def open_delivery(entry: Entry, place: Place) -> None:
    """An entry of the outbox becomes a delivery. What was forgotten, or has begun anew, is told to nobody."""
    occasion = occasion_of(entry.subject, place.stores)
    if occasion is None:
        place.deliveries.drop(entry)
        return
    now, happened = datetime.now(UTC), datetime.fromtimestamp(entry.at, UTC)
    delivery = Delivery(id=new_photo_id(), type=occasion.type, timestamp=happened, next_try_at=now)
    place.deliveries.open(entry, delivery, occasion.expires_at)


class Silence:
    """Notices that the queue has tasks and none of them is begun: a Celery worker can stay up and consume nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None

    def broken(self) -> None:
        """A task was begun."""
        self._since = None

    def seconds(self, waiting: int) -> float:
        """How long that many tasks have waited without one being begun."""
        if not waiting:
            self._since = None
        elif self._since is None:
            self._since = self._clock()
        return self._clock() - self._since if self._since is not None else 0.0
