"""A ticket from the queue: claim its photos, process them, forget the ticket."""

from structlog.contextvars import bound_contextvars

from critic_core.runtime import tracing
from critic_core.stores.photo_queue import Claimed
from critic_worker.context import WorkerContext
from critic_worker.photos.models import Models
from critic_worker.photos.process import on_time_limit, process_photos


def process_ticket(ticket: str, photos: int, context: WorkerContext, models: Models) -> None:
    """Process up to so many queued photos; does nothing when none is queued.

    Raises QueueUnavailable when Redis stays down: the repeated ticket claims the same photos again.
    """
    worker = context.settings.lease_name
    claimed = context.queue.claim(ticket, worker, photos)
    if not claimed.photo_ids:
        return
    _pass_on_rest(photos, claimed, context)
    parent = next(iter(claimed.traceparents), None)  # the ticket may be another upload's
    with bound_contextvars(request_id=" ".join(claimed.request_ids) or None), tracing.continued(parent):
        process_photos(claimed.photo_ids, context, models, claimed.repeated)
    context.queue.finish(ticket, worker)


def stop_ticket(ticket: str, context: WorkerContext) -> None:
    """End a ticket whose process the hard time limit killed. Raises QueueUnavailable."""
    if photo_ids := context.queue.photos_of_ticket(ticket):
        on_time_limit(photo_ids, context)
    context.queue.finish(ticket, context.settings.lease_name)


def _pass_on_rest(photos: int, claimed: Claimed, context: WorkerContext) -> None:
    """Send a ticket for the photos that this one was good for, too: another owner's, of another model, or large."""
    rest = min(photos - len(claimed.photo_ids), claimed.remaining)
    if rest > 0 and not claimed.repeated:
        context.send_ticket(rest)
