"""Events of the outbox become deliveries, and due deliveries are dispatched as far as the queue has room."""

import pytest
import redis
from tests.support.scripted_server import ScriptedServer
from tests.unit.worker.webhooks.sender_stack import MakeSender

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.webhook import DeliveryState
from critic_core.stores.deliveries import DeliveryStore
from critic_worker.webhooks.scheduler import DISPATCHED_PER_THREAD, schedule

URL = "https://example.com/in"


def test_an_event_is_dispatched_once(make_sender: MakeSender) -> None:
    sender = make_sender()
    photo_id = sender.finished(URL)
    schedule(sender.context)
    schedule(sender.context)
    delivery = sender.delivery(photo_id)
    assert [lease.delivery_id for lease in sender.tickets] == [delivery.id]
    assert (delivery.type, delivery.state) == ("photo.done", DeliveryState.pending)


def test_the_event_of_a_deleted_photo_is_dropped(make_sender: MakeSender) -> None:
    sender = make_sender()
    sender.jobs.delete(sender.finished(URL))
    schedule(sender.context)
    assert (sender.tickets, sender.deliveries.pending()) == ([], 0)


def test_deliveries_beyond_the_queues_room_stay_due(make_sender: MakeSender) -> None:
    sender = make_sender()
    for _ in range(DISPATCHED_PER_THREAD + 1):
        sender.finished(URL)
    sender.queued = 1
    schedule(sender.context)
    assert len(sender.tickets) == DISPATCHED_PER_THREAD - 1
    sender.queued = DISPATCHED_PER_THREAD
    schedule(sender.context)
    assert len(sender.tickets) == DISPATCHED_PER_THREAD - 1


def test_an_unreadable_event_does_not_block_later_ones(
    client: "redis.Redis", make_sender: MakeSender, receiver: ScriptedServer
) -> None:
    sender = make_sender()
    broken, good = sender.finished(receiver.url), sender.finished(receiver.url)
    client.hset(f"critic:photo:{broken}", "critique", "{")
    sender.attempt()
    assert sender.delivery(good).state is DeliveryState.delivered
    assert sender.deliveries.pending() == 0


def test_an_outage_of_redis_drops_nothing(make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> bool:
        raise QueueUnavailable

    sender = make_sender()
    sender.finished(URL)
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryStore, "open", down)
        with pytest.raises(QueueUnavailable):
            schedule(sender.context)
    schedule(sender.context)
    assert len(sender.tickets) == 1
