"""Photos and webhooks side by side: real workers, a real sender, and a receiver that hangs."""

import base64
import json
import os
import signal
from collections.abc import Iterator
from threading import Event

import pytest
from tests.e2e.worker.conftest import Stack
from tests.support.scripted_server import Answer, ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState
from critic_core.stores.deliveries import DeliveryStore

SETTINGS = {
    "webhook_secrets": "whsec_" + base64.b64encode(b"s" * 32).decode(),
    "webhook_allow_private": "127.0.0.0/8",
}


@pytest.fixture
def receiver() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


def test_a_webhook_is_sent_though_the_worker_died_after_the_critique(stack: Stack, receiver: ScriptedServer) -> None:
    worker = stack.start_worker()
    photo_id = stack.submit(callback_url=receiver.url)
    assert stack.result(photo_id).state is PhotoState.done
    os.kill(worker.pid, signal.SIGKILL)
    stack.start_worker("critic_worker.webhooks", **SETTINGS)
    until(lambda: receiver.requests, 30, f"the webhook; {stack.tail()}")
    event = json.loads(receiver.requests[0].body)
    photo = stack.jobs.get(photo_id)
    assert photo.critique is not None
    assert (event["type"], event["data"]["critique"]["score"]) == ("photo.done", photo.critique.score)


def test_a_receiver_that_hangs_delays_no_photo(stack: Stack, receiver: ScriptedServer) -> None:
    done = Event()
    receiver.answer = lambda _: Answer(200 if done.wait(60) else 500)
    stack.start_worker()
    stack.start_worker("critic_worker.webhooks", **SETTINGS, webhook_timeout_seconds="60", webhook_concurrency="1")
    first = stack.submit(callback_url=receiver.url)
    stack.result(first)
    until(lambda: receiver.requests, 30, f"the webhook; {stack.tail()}")
    later = [stack.submit(callback_url=receiver.url) for _ in range(5)]
    assert [stack.result(photo_id).state for photo_id in later] == [PhotoState.done] * 5
    assert len(receiver.requests) == 1
    done.set()
    until(lambda: len(receiver.requests) == 6, 120, "all webhooks")
    until(lambda: DeliveryStore(stack.client).pending() == 0, 10, "the end of all deliveries")
