"""One attempt after another, with real receivers and a DNS server that changes its mind."""

import time
from datetime import UTC, datetime

import pytest
from tests.support.critiques import make_critique
from tests.support.scripted_server import Answer, ScriptedServer
from tests.unit.worker.webhooks.sender_stack import ALLOWED, MakeSender, SenderStack

from critic_core.contracts.errors import PhotoPoison
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.webhook import DeliveryState, Outcome
from critic_core.stores.deliveries import DUE
from critic_worker.webhooks.delivery import BUSY_SECONDS, deliver
from critic_worker.webhooks.scheduler import schedule


def scripted(receiver: ScriptedServer, *answers: Answer) -> None:
    """Answer in this order, and with the last answer from then on."""
    remaining = list(answers)
    receiver.answer = lambda _: remaining.pop(0) if len(remaining) > 1 else remaining[0]


def next_delay(sender: SenderStack) -> float:
    """Seconds to the next attempt."""
    ((_, due),) = sender.client.zrange(DUE, 0, -1, withscores=True)
    return float(due) - time.time()


def test_a_delivered_event_is_final(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    sender = make_sender()
    photo_id = sender.finished(receiver.url)
    sender.attempt()
    delivery = sender.delivery(photo_id)
    assert (delivery.state, delivery.attempt_count, delivery.next_attempt_at) == (DeliveryState.delivered, 1, None)
    assert delivery.attempts[0].status == 200
    assert sender.deliveries.pending() == 0


def test_an_error_status_is_retried_until_the_last_attempt(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    scripted(receiver, Answer(503, b"secret words"))
    sender = make_sender(webhook_max_attempts=2)
    photo_id = sender.finished(receiver.url)
    sender.attempt()
    delivery = sender.delivery(photo_id)
    assert delivery.state is DeliveryState.pending
    assert delivery.next_attempt_at is not None
    sender.attempt()
    delivery = sender.delivery(photo_id)
    assert (delivery.state, delivery.attempt_count) == (DeliveryState.failed, 2)
    assert [attempt.outcome for attempt in delivery.attempts] == [Outcome.error_status] * 2
    assert delivery.attempts[0].error == "The receiver answered 503."
    assert "secret words" not in delivery.model_dump_json()


def test_410_is_permanent(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    scripted(receiver, Answer(410))
    sender = make_sender()
    photo_id = sender.finished(receiver.url)
    sender.attempt()
    assert sender.delivery(photo_id).state is DeliveryState.failed


def test_a_redirect_is_an_error_status(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    scripted(receiver, Answer(307, headers={"Location": "https://example.com/"}))
    sender = make_sender()
    photo_id = sender.finished(receiver.url)
    sender.attempt()
    assert sender.delivery(photo_id).attempts[0].error == "The receiver answered 307; redirects are not followed."


def test_retry_after_delays_the_next_attempt(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    scripted(receiver, Answer(429, headers={"Retry-After": "60"}))
    sender = make_sender()
    sender.finished(receiver.url)
    sender.attempt()
    assert next_delay(sender) == pytest.approx(60, abs=5)


def test_no_attempt_is_planned_beyond_the_photos_expiry(make_sender: MakeSender) -> None:
    sender = make_sender("10.0.0.1", webhook_first_delay_seconds=48 * 3600, webhook_max_delay_seconds=72 * 3600)
    photo_id = sender.finished("https://hooks.test/")
    sender.attempt()
    delivery = sender.delivery(photo_id)
    assert (delivery.state, delivery.attempt_count) == (DeliveryState.failed, 1)
    assert delivery.timestamp <= datetime.now(UTC)


def test_only_the_checked_address_is_called(make_sender: MakeSender) -> None:
    """DNS rebinding: the name moves to a forbidden address between two attempts."""
    internal = ScriptedServer("127.0.0.1")
    sender = make_sender(ALLOWED, "127.0.0.1", ALLOWED)
    photo_id = sender.finished(f"http://rebound.test:{internal.port}/in")
    sender.attempt()  # allowed, without a listener
    sender.attempt()  # rebound to a forbidden address with a listener
    receiver = ScriptedServer(ALLOWED, internal.port)
    sender.attempt()
    receiver.stop()
    internal.stop()
    delivery = sender.delivery(photo_id)
    assert [attempt.outcome.value for attempt in delivery.attempts] == ["unreachable", "unreachable", "delivered"]
    assert delivery.attempts[0].error == delivery.attempts[1].error
    assert sender.resolved == ["rebound.test"] * 3, "one lookup an attempt, and none behind its back"
    assert (len(internal.requests), len(receiver.requests)) == (0, 1)


def test_a_photo_that_is_retried_is_delivered_with_its_last_result(
    make_sender: MakeSender, receiver: ScriptedServer
) -> None:
    sender = make_sender()
    photo_id = sender.photo(receiver.url)
    sender.jobs.move_to_dead_letters(photo_id, PhotoPoison().problem())
    schedule(sender.context)
    sender.jobs.retry_dead_letter(photo_id)
    deliver(sender.tickets.pop(), sender.context)
    assert receiver.requests == []
    sender.jobs.finish(photo_id, make_critique())
    sender.attempt()
    first, second = sender.deliveries.of(f"photo:{photo_id}")
    assert (first.type, first.state) == ("photo.failed", DeliveryState.failed)
    assert (second.type, second.state) == ("photo.done", DeliveryState.delivered)
    assert len(receiver.requests) == 1


def test_a_busy_receiver_is_tried_again_soon_and_the_attempt_does_not_count(
    make_sender: MakeSender, receiver: ScriptedServer
) -> None:
    sender = make_sender()
    photo_id = sender.finished(receiver.url)
    schedule(sender.context)
    with sender.context.attempt_limiter.slot(f"{ALLOWED}:{receiver.port}", ANONYMOUS):
        deliver(sender.tickets.pop(), sender.context)
    assert (sender.delivery(photo_id).attempt_count, receiver.requests) == (0, [])
    assert next_delay(sender) == pytest.approx(BUSY_SECONDS, abs=1)


def test_a_void_ticket_is_ignored(make_sender: MakeSender, receiver: ScriptedServer) -> None:
    sender = make_sender()
    photo_id = sender.finished(receiver.url)
    schedule(sender.context)
    lease = sender.tickets.pop()
    sender.deliveries.retry(lease.subject, lease.delivery_id)
    deliver(lease, sender.context)
    assert (sender.delivery(photo_id).attempt_count, receiver.requests) == (0, [])
