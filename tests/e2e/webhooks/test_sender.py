"""Webhooks as their receivers get them: signed, tried again, lost by nothing, and never where they must not go."""

import base64
import hashlib
import hmac
import json
import os
import signal
import time
from datetime import UTC, datetime
from threading import Event

import httpx
import pytest
from tests.e2e.webhooks.conftest import OLD_SECRET, SECRET, House, answering
from tests.support.critiques import make_critique
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.scripted_server import Answer, Asked, ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.errors import PhotoBroken
from critic_core.contracts.webhook import WEBHOOK_QUEUE, DeliveryState, Outcome


def verified(asked: Asked, secret: str) -> bool:
    """As a receiver does it that knows one secret and the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    fresh = abs(time.time() - int(asked.headers["webhook-timestamp"])) < 60
    return fresh and expected in asked.headers["webhook-signature"].split(" ")


def test_a_finished_photo_is_told_signed_and_once(house: House, receiver: ScriptedServer) -> None:
    house.start_sender()
    photo_id = house.answered(receiver.url + "/in?token=1")
    delivery = house.ended(photo_id)
    (asked,) = receiver.asked
    assert (asked.method, asked.path) == ("POST", "/in?token=1")
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert verified(asked, SECRET)
    told = json.loads(asked.body)
    assert (told["type"], told["data"]["id"], told["data"]["state"]) == ("photo.done", photo_id, "done")
    assert told["data"]["critique"]["score"] == 71.5
    assert "embedding" not in told["data"]["critique"]["fingerprint"]
    assert len(asked.body) < 20_000
    assert abs((datetime.now(UTC) - datetime.fromisoformat(told["timestamp"])).total_seconds()) < 30
    assert asked.headers["webhook-id"] == delivery.id
    assert (delivery.state, delivery.tries, delivery.next_try_at) == (DeliveryState.delivered, 1, None)
    assert delivery.attempts[0].model_dump(include={"outcome", "status", "error"}) == {
        "outcome": Outcome.delivered, "status": 200, "error": None,
    }  # fmt: skip
    assert house.deliveries.waiting() == 0


def test_how_tries_end_is_counted(house: House, receiver: ScriptedServer) -> None:
    receiver.answer, port = answering(500, 200), free_port()
    house.start_sender(webhook_metrics_port=str(port))
    house.ended(house.answered(receiver.url))
    house.ended(house.answered(f"http://127.0.0.1:{free_port()}/nobody"))
    tries = 'critic_webhook_tries_total{{outcome="{}",state="{}"}} '
    lines = {
        tries.format("refused_status", "waiting") + "1.0",
        tries.format("delivered", "delivered") + "1.0",
        tries.format("not_reachable", "given_up") + "1.0",
        "critic_webhook_tries_in_work 0.0",
        "critic_webhooks_waiting 0.0",
        "critic_webhooks_oldest_seconds 0.0",
    }
    url = f"http://127.0.0.1:{port}/metrics"
    told = until(lambda: lines <= set(told := httpx.get(url, trust_env=False).text.splitlines()) and told, 10, url)
    assert any('service="webhooks"' in line for line in told)


def test_a_photo_that_failed_is_told_with_its_problem(house: House, receiver: ScriptedServer) -> None:
    house.start_sender()
    house.ended(house.answered(receiver.url, PhotoBroken()))
    told = json.loads(receiver.asked[0].body)
    assert (told["type"], told["data"]["problem"]["code"]) == ("photo.failed", "photo_broken")


def test_refusals_are_tried_again_with_the_same_id(house: House, receiver: ScriptedServer) -> None:
    receiver.answer = answering(500, 404, 429, 200)
    house.start_sender()
    delivery = house.ended(house.answered(receiver.url))
    assert delivery.state is DeliveryState.delivered
    assert [attempt.status for attempt in delivery.attempts] == [500, 404, 429, 200]
    assert delivery.attempts[0].error == "The receiver answered 500."
    assert {asked.headers["webhook-id"] for asked in receiver.asked} == {delivery.id}
    assert all(verified(asked, SECRET) for asked in receiver.asked)
    assert "secret words" not in delivery.model_dump_json()


def test_gone_means_never_again(house: House, receiver: ScriptedServer) -> None:
    receiver.answer = answering(410)
    house.start_sender()
    delivery = house.ended(house.answered(receiver.url))
    assert (delivery.state, delivery.tries) == (DeliveryState.given_up, 1)


def test_a_receiver_that_refuses_for_ever_is_given_up_and_can_be_retried(
    house: House, receiver: ScriptedServer
) -> None:
    receiver.answer = answering(503)
    house.start_sender(webhook_tries="3")
    photo_id = house.answered(receiver.url)
    assert (house.ended(photo_id).state, len(receiver.asked)) == (DeliveryState.given_up, 3)
    receiver.answer = answering(200)
    house.deliveries.retry(f"photo:{photo_id}", house.ended(photo_id).id)
    until(lambda: house.ended(photo_id).state is DeliveryState.delivered, 20, "the retry by hand")
    assert len({asked.headers["webhook-id"] for asked in receiver.asked}) == 1
    assert len(house.ended(photo_id).attempts) == 4


def test_a_redirect_is_a_refusal(house: House, receiver: ScriptedServer) -> None:
    elsewhere = ScriptedServer()
    receiver.answer = lambda _: Answer(307, headers={"Location": elsewhere.url})
    house.start_sender(webhook_tries="2")
    delivery = house.ended(house.answered(receiver.url))
    elsewhere.stop()
    assert elsewhere.asked == []
    assert delivery.attempts[0].error == "The receiver answered 307; redirects are not followed."


@pytest.mark.parametrize("allowed", ["", "10.0.0.0/8"])
def test_private_addresses_are_not_called_and_nothing_is_told_of_them(
    house: House, receiver: ScriptedServer, allowed: str
) -> None:
    house.start_sender(webhook_tries="2", webhook_allow_private=allowed)
    closed = f"https://127.0.0.1:{free_port()}/"
    photos = [house.answered(url) for url in (receiver.url, f"https://localhost:{receiver.port}/", closed)]
    told = [house.ended(photo_id) for photo_id in photos]
    assert receiver.asked == []
    assert {(attempt.outcome, attempt.status, attempt.milliseconds, attempt.error) for each in told
            for attempt in each.attempts} == {
        (Outcome.not_reachable, None, None, "The receiver could not be reached.")
    }  # fmt: skip


def test_both_secrets_sign_while_one_is_replaced(house: House, receiver: ScriptedServer) -> None:
    house.start_sender(webhook_secrets=f"{SECRET},{OLD_SECRET}")
    house.ended(house.answered(receiver.url))
    (asked,) = receiver.asked
    assert len(asked.headers["webhook-signature"].split(" ")) == 2
    assert verified(asked, SECRET)
    assert verified(asked, OLD_SECRET)


def test_secrets_are_in_no_log(house: House, receiver: ScriptedServer) -> None:
    house.start_sender(log_level="DEBUG")
    house.ended(house.answered(receiver.url + "/path-with-a-token"))
    until(lambda: "webhook_delivered" in house.tail(), what="the last line about it")
    assert SECRET.removeprefix("whsec_") not in house.log.read_text()
    assert "path-with-a-token" not in house.log.read_text()


def test_what_was_answered_before_any_sender_ran_is_told(house: House, receiver: ScriptedServer) -> None:
    photos = [house.answered(receiver.url) for _ in range(20)]
    assert house.deliveries.waiting() == 20
    house.start_sender()
    for photo_id in photos:
        house.ended(photo_id)
    assert len(receiver.asked) == 20


def test_a_sender_that_is_killed_loses_nothing(house: House, receiver: ScriptedServer) -> None:
    release, asked = Event(), Event()

    def hold(_: Asked) -> Answer:
        asked.set()
        release.wait(30)
        return Answer(200)

    receiver.answer = hold
    first = house.start_sender()
    photo_id = house.answered(receiver.url)
    assert asked.wait(20)
    os.kill(first.pid, signal.SIGKILL)
    receiver.answer = answering(200)
    release.set()
    (ticket,) = house.client.zrange("critic:webhooks:due", 0, 0)
    house.client.zadd("critic:webhooks:due", {ticket: 0})  # its lease is over
    house.start_sender()
    delivery = house.ended(photo_id)
    assert (delivery.state, delivery.tries) == (DeliveryState.delivered, 2)
    assert len({asked.headers["webhook-id"] for asked in receiver.asked}) == 1


def test_the_queue_server_restarts_and_nothing_is_lost(
    house: House, receiver: ScriptedServer, redis_server: RedisServer
) -> None:
    house.start_sender()
    house.ended(house.answered(receiver.url))
    redis_server.kill()
    redis_server.start()
    assert house.ended(house.answered(receiver.url), seconds=60).state is DeliveryState.delivered


def test_a_receiver_that_hangs_leaves_room_for_others(house: House, receiver: ScriptedServer) -> None:
    hanging, release = ScriptedServer("127.0.0.2"), Event()
    hanging.answer = lambda _: Answer(200 if release.wait(60) else 500)
    house.start_sender(webhook_concurrency="4", webhook_timeout_seconds="30")
    stuck = [house.answered(hanging.url) for _ in range(12)]
    until(lambda: hanging.asked, 20, "the first try that hangs")
    quick = [house.answered(receiver.url) for _ in range(5)]
    for photo_id in quick:
        assert house.ended(photo_id).state is DeliveryState.delivered
    assert len(hanging.asked) <= 3, "one thread of four is left for others"
    release.set()
    for photo_id in stuck:
        assert house.ended(photo_id).state is DeliveryState.delivered
    hanging.stop()


def test_a_deleted_photo_is_not_told_any_more(house: House, receiver: ScriptedServer) -> None:
    receiver.answer = answering(500)
    house.start_sender(webhook_longest_delay_seconds="0.3", webhook_tries="50")
    photo_id = house.answered(receiver.url)
    until(lambda: receiver.asked, 20, "the first try")
    house.jobs.delete(photo_id)
    house.deliveries.forget(f"photo:{photo_id}")
    until(lambda: house.deliveries.waiting() == 0, 20, "the end of the delivery")
    receiver.answer = answering(200)
    house.ended(house.answered(receiver.url + "/meanwhile"))  # a try that was under way may still come
    earlier = len(receiver.asked)
    house.ended(house.answered(receiver.url + "/other"))
    assert [asked.path for asked in receiver.asked[earlier:]] == ["/other"]


def test_told_to_stop_a_sender_ends_its_tries(house: House, receiver: ScriptedServer) -> None:
    sender = house.start_sender()
    house.ended(house.answered(receiver.url))
    sender.terminate()
    assert sender.wait(timeout=15) == 0
    assert house.client.llen(WEBHOOK_QUEUE) == 0


def test_off_without_a_secret(house: House) -> None:
    sender = house.start_sender(webhook_secrets="")
    assert sender.wait(timeout=20) == 0
    assert "webhooks_off" in house.tail()


def test_an_album_is_told_once_no_photo_of_it_waits(house: House, receiver: ScriptedServer) -> None:
    house.start_sender()
    album, (one, other) = house.album(receiver.url, photos=2)
    house.jobs.finish(one, make_critique())
    later = house.answered(
        receiver.url
    )  # an event after the first photo's: when it is told, the album's would have been
    house.ended(later)
    assert house.deliveries.of(f"album:{album}") == []
    house.jobs.fail(other, PhotoBroken().problem())
    until(lambda: len(receiver.asked) == 2, 20, "the album's webhook")
    told = json.loads(receiver.asked[1].body)
    assert (told["type"], told["data"]["id"]) == ("album.done", album)
    assert told["data"]["counts"] == {"photos": 2, "waiting": 0, "done": 1, "failed": 1}
    assert verified(receiver.asked[1], SECRET)
