"""Webhooks as their receivers get them: signed, retried, never lost, never sent where they must not go."""

import base64
import hashlib
import hmac
import json
import os
import signal
import time
from datetime import UTC, datetime
from ipaddress import IPv4Network
from threading import Event

import httpx
import pytest
from pydantic import SecretStr
from tests.e2e.webhooks.conftest import OLD_SECRET, SECRET, SenderStack, respond_with
from tests.support.critiques import make_critique
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.scripted_server import Answer, Request, ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.webhook import WEBHOOK_QUEUE, DeliveryState, Outcome
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.receiver_secrets import encode_secret, receiver_keys
from critic_core.stores.deliveries import DUE

LOOPBACK = (IPv4Network("127.0.0.0/8"),)


def receiver_secret(receiver: ScriptedServer, server_secret: str = SECRET, owner: str = ANONYMOUS) -> str:
    """The secret of a receiver, as its owner gets it from the gateway."""
    (key,) = receiver_keys([SecretStr(server_secret)], owner, parse_callback(receiver.url, LOOPBACK))
    return encode_secret(key)


def is_signed(request: Request, secret: str) -> bool:
    """As a receiver checks it that knows one secret and the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    fresh = abs(time.time() - int(request.headers["webhook-timestamp"])) < 60
    return fresh and expected in request.headers["webhook-signature"].split(" ")


# -- one sender for all -----------------------------------------------------------------------------------------------


def test_a_finished_photo_is_sent_signed_and_once(sending: SenderStack, receiver: ScriptedServer) -> None:
    photo_id = sending.finished(receiver.url + "/in?token=1")
    delivery = sending.ended(photo_id)
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/in?token=1")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    event = json.loads(request.body)
    assert (event["type"], event["data"]["id"], event["data"]["state"]) == ("photo.done", photo_id, "done")
    assert event["data"]["critique"]["score"] == 71.5
    assert "fingerprint" not in event["data"]["critique"]
    assert len(request.body) < 20_000
    assert abs((datetime.now(UTC) - datetime.fromisoformat(event["timestamp"])).total_seconds()) < 30
    assert request.headers["webhook-id"] == delivery.id
    assert (delivery.state, delivery.attempt_count, delivery.next_attempt_at) == (DeliveryState.delivered, 1, None)
    assert delivery.attempts[0].model_dump(include={"outcome", "status", "error"}) == {
        "outcome": Outcome.delivered, "status": 200, "error": None,
    }  # fmt: skip
    assert sending.deliveries.pending() == 0


def test_both_secrets_sign_during_a_rotation(sending: SenderStack, receiver: ScriptedServer) -> None:
    sending.ended(sending.finished(receiver.url))
    (request,) = receiver.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert is_signed(request, receiver_secret(receiver))
    assert is_signed(request, receiver_secret(receiver, OLD_SECRET))


def test_no_secret_of_the_server_another_owner_or_another_receiver_signs(
    sending: SenderStack, receiver: ScriptedServer
) -> None:
    neighbour = ScriptedServer()
    sending.ended(sending.finished(receiver.url))
    neighbour.stop()
    (request,) = receiver.requests
    for secret in (SECRET, receiver_secret(receiver, owner="bob"), receiver_secret(neighbour)):
        assert not is_signed(request, secret)


def test_a_failed_photo_is_sent_with_its_problem(sending: SenderStack, receiver: ScriptedServer) -> None:
    sending.ended(sending.finished(receiver.url, PhotoCorrupt()))
    event = json.loads(receiver.requests[0].body)
    assert (event["type"], event["data"]["problem"]["code"]) == ("photo.failed", "photo_corrupt")


def test_errors_are_retried_with_the_same_id(sending: SenderStack, receiver: ScriptedServer) -> None:
    receiver.answer = respond_with(500, 404, 429, 200)
    delivery = sending.ended(sending.finished(receiver.url))
    assert delivery.state is DeliveryState.delivered
    assert [attempt.status for attempt in delivery.attempts] == [500, 404, 429, 200]
    assert delivery.attempts[0].error == "The receiver answered 500."
    assert {request.headers["webhook-id"] for request in receiver.requests} == {delivery.id}
    assert all(is_signed(request, receiver_secret(receiver)) for request in receiver.requests)
    assert "secret words" not in delivery.model_dump_json()


def test_410_is_permanent(sending: SenderStack, receiver: ScriptedServer) -> None:
    receiver.answer = respond_with(410)
    delivery = sending.ended(sending.finished(receiver.url))
    assert (delivery.state, delivery.attempt_count) == (DeliveryState.failed, 1)


def test_a_delivery_fails_after_the_last_attempt_and_can_be_retried(
    sending: SenderStack, receiver: ScriptedServer
) -> None:
    receiver.answer = respond_with(503)
    photo_id = sending.finished(receiver.url)
    assert (sending.ended(photo_id).state, len(receiver.requests)) == (DeliveryState.failed, 4)
    receiver.answer = respond_with(200)
    sending.deliveries.retry(f"photo:{photo_id}", sending.ended(photo_id).id)
    until(lambda: sending.ended(photo_id).state is DeliveryState.delivered, 20, "the retry by hand")
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len(sending.ended(photo_id).attempts) == 5


def test_a_redirect_is_an_error(sending: SenderStack, receiver: ScriptedServer) -> None:
    elsewhere = ScriptedServer()
    receiver.answer = lambda _: Answer(307, headers={"Location": elsewhere.url})
    delivery = sending.ended(sending.finished(receiver.url))
    elsewhere.stop()
    assert elsewhere.requests == []
    assert delivery.attempts[0].error == "The receiver answered 307; redirects are not followed."


def test_an_album_is_sent_once_no_photo_is_pending(sending: SenderStack, receiver: ScriptedServer) -> None:
    album, (first, second) = sending.album(receiver.url, photos=2)
    sending.jobs.finish(first, make_critique())
    sending.ended(sending.finished(receiver.url))  # an event after the first photo's: by now the album's would be sent
    assert sending.deliveries.of(f"album:{album}") == []
    sending.jobs.fail(second, PhotoCorrupt().problem())
    until(lambda: len(receiver.requests) == 2, 20, "the album's webhook")
    event = json.loads(receiver.requests[1].body)
    assert (event["type"], event["data"]["id"]) == ("album.done", album)
    assert event["data"]["counts"] == {"photos": 2, "pending": 0, "done": 1, "failed": 1}
    assert is_signed(receiver.requests[1], receiver_secret(receiver))


# -- settings of their own --------------------------------------------------------------------------------------------


def test_outcomes_are_counted(stack: SenderStack, receiver: ScriptedServer) -> None:
    receiver.answer, port = respond_with(500, 200), free_port()
    stack.start_sender(webhook_metrics_port=str(port))
    stack.ended(stack.finished(receiver.url))
    stack.ended(stack.finished(f"http://127.0.0.1:{free_port()}/nobody"))
    attempts = 'critic_webhook_attempts_total{{outcome="{}",state="{}"}} '
    lines = {
        attempts.format("error_status", "pending") + "1.0",
        attempts.format("delivered", "delivered") + "1.0",
        attempts.format("unreachable", "failed") + "1.0",
        "critic_webhook_attempts_in_progress 0.0",
        "critic_webhooks_pending 0.0",
        "critic_webhooks_oldest_pending_seconds 0.0",
    }

    def scrape() -> list[str] | None:
        found = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text.splitlines()
        return found if lines <= set(found) else None

    assert any('service="webhooks"' in line for line in until(scrape, 10, "the metrics") or [])


@pytest.mark.parametrize("allowed", ["", "10.0.0.0/8"])
def test_private_addresses_are_not_called_and_look_like_closed_ones(
    stack: SenderStack, receiver: ScriptedServer, allowed: str
) -> None:
    stack.start_sender(webhook_max_attempts="2", webhook_allow_private=allowed)
    closed = f"https://127.0.0.1:{free_port()}/"
    photos = [stack.finished(url) for url in (receiver.url, f"https://localhost:{receiver.port}/", closed)]
    attempts = [attempt for photo_id in photos for attempt in stack.ended(photo_id).attempts]
    assert receiver.requests == []
    assert {(attempt.outcome, attempt.status, attempt.milliseconds, attempt.error) for attempt in attempts} == {
        (Outcome.unreachable, None, None, "The receiver could not be reached.")
    }


def test_secrets_are_in_no_log(stack: SenderStack, receiver: ScriptedServer) -> None:
    stack.start_sender(log_level="DEBUG")
    stack.ended(stack.finished(receiver.url + "/path-with-a-token"))
    until(lambda: "webhook_attempted" in stack.tail(), what="the last line about it")
    assert SECRET.removeprefix("whsec_") not in stack.log.read_text()
    assert "path-with-a-token" not in stack.log.read_text()


def test_without_a_secret_the_sender_exits(stack: SenderStack) -> None:
    sender = stack.start_sender(webhook_secrets="")
    assert sender.wait(timeout=20) == 0
    assert "webhooks_disabled" in stack.tail()


def test_a_receiver_that_hangs_leaves_slots_for_others(stack: SenderStack, receiver: ScriptedServer) -> None:
    hanging, done = ScriptedServer("127.0.0.2"), Event()
    hanging.answer = lambda _: Answer(200 if done.wait(60) else 500)
    stack.start_sender(webhook_concurrency="4", webhook_timeout_seconds="30")
    stuck = [stack.finished(hanging.url) for _ in range(6)]
    until(lambda: hanging.requests, 20, "the first attempt that hangs")
    quick = [stack.finished(receiver.url) for _ in range(5)]
    for photo_id in quick:
        assert stack.ended(photo_id).state is DeliveryState.delivered
    assert len(hanging.requests) <= 3, "one thread of four is left for others"
    done.set()
    for photo_id in stuck:
        assert stack.ended(photo_id).state is DeliveryState.delivered
    hanging.stop()


def test_a_deleted_photo_is_not_sent_any_more(stack: SenderStack, receiver: ScriptedServer) -> None:
    receiver.answer = respond_with(500)
    stack.start_sender(webhook_max_delay_seconds="0.3", webhook_max_attempts="50")
    photo_id = stack.finished(receiver.url)
    until(lambda: receiver.requests, 20, "the first attempt")
    stack.jobs.delete(photo_id)
    until(lambda: stack.deliveries.pending() == 0, 20, "the end of the delivery")
    receiver.answer = respond_with(200)
    stack.ended(stack.finished(receiver.url + "/meanwhile"))  # an attempt that was under way may still arrive
    earlier = len(receiver.requests)
    stack.ended(stack.finished(receiver.url + "/last"))
    assert [request.path for request in receiver.requests[earlier:]] == ["/last"]


# -- the sender itself fails ------------------------------------------------------------------------------------------


def test_events_before_the_senders_start_are_sent(stack: SenderStack, receiver: ScriptedServer) -> None:
    photos = [stack.finished(receiver.url) for _ in range(20)]
    assert stack.deliveries.pending() == 20
    stack.start_sender()
    for photo_id in photos:
        stack.ended(photo_id)
    assert len(receiver.requests) == 20


def test_a_sender_that_is_killed_loses_nothing(stack: SenderStack, receiver: ScriptedServer) -> None:
    done, requested = Event(), Event()

    def hold(_: Request) -> Answer:
        requested.set()
        done.wait(30)
        return Answer(200)

    receiver.answer = hold
    first = stack.start_sender()
    photo_id = stack.finished(receiver.url)
    assert requested.wait(20)
    os.kill(first.pid, signal.SIGKILL)
    receiver.answer = respond_with(200)
    done.set()
    (ticket,) = stack.client.zrange(DUE, 0, 0)
    stack.client.zadd(DUE, {ticket: 0})  # its lease expires
    stack.start_sender()
    delivery = stack.ended(photo_id)
    assert (delivery.state, delivery.attempt_count) == (DeliveryState.delivered, 2)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_the_queue_server_restarts_and_nothing_is_lost(
    stack: SenderStack, receiver: ScriptedServer, redis_server: RedisServer
) -> None:
    stack.start_sender()
    stack.ended(stack.finished(receiver.url))
    redis_server.kill()
    redis_server.start()
    assert stack.ended(stack.finished(receiver.url), seconds=60).state is DeliveryState.delivered


def test_a_stopping_sender_finishes_its_attempts(stack: SenderStack, receiver: ScriptedServer) -> None:
    sender = stack.start_sender()
    stack.ended(stack.finished(receiver.url))
    sender.terminate()
    assert sender.wait(timeout=15) == 0
    assert stack.client.llen(WEBHOOK_QUEUE) == 0
