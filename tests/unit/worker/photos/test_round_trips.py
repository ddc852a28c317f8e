"""Round trips to Redis of a ticket: each one is a wait of its photos."""

from collections.abc import Callable

from tests.support.round_trips import round_trips
from tests.unit.worker.fakes import FakeModels

from critic_worker.context import WorkerContext
from critic_worker.photos.tickets import process_ticket

MOST = 2  # ticket with its photo; critique with the end of the ticket


def test_a_photo_makes_few_round_trips(context: WorkerContext, models: FakeModels, upload: Callable[..., str]) -> None:
    for ticket in ("warm", "t"):
        context.queue.enqueue([upload()])
        with round_trips() as sent:
            process_ticket(ticket, 1, context, models)
    assert len(sent) <= MOST, sent


def test_photos_of_a_ticket_share_all_but_one_each(
    context: WorkerContext, models: FakeModels, upload: Callable[..., str]
) -> None:
    for ticket in ("warm", "t"):
        context.queue.enqueue([upload() for _ in range(4)])
        with round_trips() as sent:
            process_ticket(ticket, 4, context, models)
    assert len(sent) <= 1 + 4, sent
