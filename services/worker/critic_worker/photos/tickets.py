"""A ticket from the queue: claim its photos, process them, forget the ticket."""

from collections.abc import Sequence
from functools import partial

from structlog.contextvars import bound_contextvars

from critic_core.runtime import tracing
from critic_core.stores.photo_queue import BatchSlots, Claimed
from critic_worker.context import WorkerContext
from critic_worker.photos.models import Models
from critic_worker.photos.process import on_time_limit, process_photos

WAIT_SECONDS = 1.0
"""Of a ticket for the slots of batches; longer, and other tasks of the worker would wait for the process."""


def process_ticket(ticket: str, photos: int, context: WorkerContext, models: Models) -> None:
    """Process up to so many queued photos; does nothing when none is queued.

    Without a slot for batch photos, the ticket waits for an interactive photo, and returns to the queue.
    Raises QueueUnavailable when Redis stays down: the repeated ticket claims the same photos again.
    """
    claimed = _claim(ticket, photos, context)
    if not claimed.photos:
        if claimed.remaining:
            context.send_ticket(photos)
        return
    _pass_on_rest(photos, claimed, context)
    parent = next(iter(claimed.traceparents), None)  # the ticket may be another upload's
    with bound_contextvars(request_id=" ".join(claimed.request_ids) or None), tracing.continued(parent):
        finished = process_photos(claimed.photos, context, models)
    if finished < len(claimed.photos):
        context.queue.finish(ticket, context.settings.lease_name)


def process_named_photos(ticket: str, photo_ids: Sequence[str], context: WorkerContext, models: Models) -> None:
    """A message of a gateway of version 0.2, during an upgrade: queue the photos that it names, and take a turn.

    Raises QueueUnavailable.
    """
    context.queue.enqueue(photo_ids)
    process_ticket(ticket, len(photo_ids), context, models)


def stop_ticket(ticket: str, context: WorkerContext) -> None:
    """End a ticket whose process the hard time limit killed. Raises QueueUnavailable."""
    if photo_ids := context.queue.photos_of_ticket(ticket):
        on_time_limit(photo_ids, context)
    context.queue.finish(ticket, context.settings.lease_name)


def _claim(ticket: str, photos: int, context: WorkerContext) -> Claimed:
    settings = context.settings
    slots = BatchSlots(settings.worker_concurrency, settings.lease_seconds)
    claim = partial(context.queue.claim, ticket, settings.lease_name, photos, slots, settings.max_claims)
    claimed = claim()
    if claimed.photos or not claimed.remaining:
        return claimed
    context.queue.wait(WAIT_SECONDS)
    return claim()


def _pass_on_rest(photos: int, claimed: Claimed, context: WorkerContext) -> None:
    """Send a ticket for the photos that this one was good for, too: another owner's, of another model, or large."""
    rest = min(photos - len(claimed.photos), claimed.remaining)
    if rest > 0 and not claimed.repeated:
        context.send_ticket(rest)
