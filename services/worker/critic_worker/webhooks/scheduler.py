"""The scheduler: opens deliveries for events of the outbox, and dispatches the due ones."""

from datetime import UTC, datetime

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.identity import new_id
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.logs import logger
from critic_core.stores.deliveries import Entry
from critic_worker.webhooks.context import SenderContext
from critic_worker.webhooks.events import event_of

log = logger(__name__)

INTERVAL_SECONDS = 0.25
DISPATCHED_PER_THREAD = 4  # the lease of a dispatched delivery runs, so that the rest stays in `due`


def schedule(context: SenderContext) -> None:
    """One run; several senders may run at once. Raises QueueUnavailable."""
    for entry in context.deliveries.outbox():
        _open_or_drop(entry, context)
    dispatch_due(context)


def dispatch_due(context: SenderContext) -> None:
    """Lease due deliveries and queue them for the threads."""
    room = DISPATCHED_PER_THREAD * context.settings.webhook_concurrency - context.dispatched()
    if room > 0:
        for lease in context.deliveries.lease_due(context.settings.webhook_lease_seconds, room):
            context.dispatch(lease)


def open_delivery(entry: Entry, context: SenderContext) -> None:
    """Turn an entry of the outbox into a delivery; drop it when its subject was deleted or runs again."""
    event = event_of(entry.subject, context.stores)
    if event is None:
        context.deliveries.drop(entry)
        return
    now, timestamp = datetime.now(UTC), datetime.fromtimestamp(entry.at, UTC)
    delivery = Delivery(id=new_id(), type=event.type, timestamp=timestamp, next_attempt_at=now)
    context.deliveries.open(entry, delivery, event.expires_at)


def _open_or_drop(entry: Entry, context: SenderContext) -> None:
    """Drop an unreadable entry, or all later ones would wait for ever."""
    try:
        open_delivery(entry, context)
    except QueueUnavailable:
        raise
    except Exception:
        log.exception("event_unreadable", subject=entry.subject)
        context.deliveries.drop(entry)
