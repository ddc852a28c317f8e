"""Callback URLs at the gateway, and the list of deliveries."""

import time
from collections.abc import Iterator

import httpx
import pytest
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.e2e.webhooks.conftest import SECRET, respond_with
from tests.e2e.worker.conftest import start_module
from tests.support.critiques import make_critique
from tests.support.scripted_server import ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.identity import new_id
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.stores.deliveries import DeliveryStore

PHOTO = golden_photo()


@pytest.fixture(scope="module")
def off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("off")) as start:
        yield start()


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("on")) as start:
        yield start(WEBHOOK_SECRETS=SECRET, WEBHOOK_ALLOW_PRIVATE="127.0.0.0/8")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("public")) as start:
        yield start(WEBHOOK_SECRETS=SECRET)


def send(gateway: Gateway, callback_url: str, **headers: str) -> httpx.Response:
    return gateway.client.post("/v1/photos", content=PHOTO, params={"callback_url": callback_url}, headers=headers)


def test_off_by_default(off: Gateway) -> None:
    answer = send(off, "https://example.com/in")
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (422, "webhooks_disabled", True)
    assert off.stored() == []


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1/", "https://0x7f.1/", "https://user@example.com/", "", "https://redis/"],
)
def test_a_forbidden_url_is_refused_before_anything_is_stored(public: Gateway, url: str) -> None:
    answer = send(public, url)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_callback_url")
    assert public.stored() == []


def test_a_url_that_is_too_long_is_refused(public: Gateway) -> None:
    assert send(public, "https://example.com/" + "a" * 2048).json()["code"] == "invalid_request"


def test_the_photo_shows_its_callback_and_the_idempotency_key_covers_it(public: Gateway) -> None:
    first = send(public, "https://example.com/in", **{"Idempotency-Key": "k"})
    assert (first.status_code, first.json()["callback_url"]) == (202, "https://example.com/in")
    assert send(public, "https://example.com/in", **{"Idempotency-Key": "k"}).json()["id"] == first.json()["id"]
    assert send(public, "https://example.com/other", **{"Idempotency-Key": "k"}).status_code == 422


def test_deliveries_are_listed_and_retried(on: Gateway) -> None:
    receiver = ScriptedServer()
    receiver.answer = respond_with(500)
    photo_id = send(on, receiver.url + "/in").json()["id"]
    path = f"/v1/photos/{photo_id}/deliveries"
    assert on.client.get(path).json() == {"deliveries": []}
    on.store().finish(photo_id, make_critique())
    settings = {"redis_url": on.redis.url, "webhook_secrets": SECRET, "webhook_allow_private": "127.0.0.0/8"}
    with (on.storage.parent / "sender.log").open("wb") as log:
        sender = start_module("critic_worker.webhooks", {**settings, "webhook_first_delay_seconds": "3600"}, log)
    try:
        (delivery,) = until(lambda: with_attempts(on, path, 1), 20, "the first attempt")
        assert (delivery["state"], delivery["type"]) == ("pending", "photo.done")
        assert delivery["next_attempt_at"] > delivery["attempts"][0]["at"]
        assert delivery["attempts"][0]["status"] == 500
        receiver.answer = respond_with(204)
        answer = on.client.post(f"{path}/{delivery['id']}/retry")
        assert (answer.status_code, answer.json()["id"]) == (202, delivery["id"])
        (delivery,) = until(lambda: with_attempts(on, path, 2), 20, "the retry")
        assert delivery["state"] == "delivered"
        assert "next_attempt_at" not in delivery
    finally:
        sender.terminate()
        sender.wait(timeout=20)
        receiver.stop()


def with_attempts(gateway: Gateway, path: str, count: int) -> list[dict[str, object]]:
    deliveries: list[dict[str, list[object]]] = gateway.client.get(path).json()["deliveries"]
    return deliveries if deliveries and len(deliveries[0]["attempts"]) == count else []  # type: ignore[return-value]  # JSON


def test_unknown_photos_and_deliveries(on: Gateway, off: Gateway) -> None:
    photo_id = send(on, "https://example.com/").json()["id"]
    unknown = on.client.post(f"/v1/photos/{photo_id}/deliveries/{new_id()}/retry")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "delivery_not_found")
    for path in (f"/v1/photos/{new_id()}/deliveries", "/v1/photos/x/deliveries"):
        assert on.client.get(path).json()["code"] == "photo_not_found"
    assert off.client.post(f"/v1/photos/{photo_id}/deliveries/x/retry").json()["code"] == "webhooks_disabled"


def test_deleting_a_photo_drops_its_event(on: Gateway) -> None:
    photo_id = send(on, "https://example.com/").json()["id"]
    on.store().finish(photo_id, make_critique())
    deliveries = DeliveryStore(connect(on.redis.url))
    assert f"photo:{photo_id}" in [entry.subject for entry in deliveries.outbox()]
    lines = on.client.get("/metrics").text.splitlines()
    assert "critic_webhooks_pending 1.0" in lines
    assert any(line.startswith("critic_webhooks_oldest_pending_seconds ") for line in lines)
    on.client.delete(f"/v1/photos/{photo_id}")
    assert f"photo:{photo_id}" not in [entry.subject for entry in deliveries.outbox()]


def test_the_callback_is_in_no_log(public: Gateway) -> None:
    send(public, f"https://example.com/token-{time.time_ns()}")
    until(lambda: "photo_accepted" in public.log.read_text(), 5, "a line in the log")
    assert "token-" not in public.log.read_text()


def test_an_album_takes_a_callback_url_where_webhooks_are_on(off: Gateway, on: Gateway) -> None:
    body = {"callback_url": "https://example.com/in"}
    assert off.client.post("/v1/albums", json=body).json()["code"] == "webhooks_disabled"
    assert on.client.post("/v1/albums", json={"callback_url": "ftp://x"}).json()["code"] == "invalid_callback_url"
    album = on.client.post("/v1/albums", json=body).json()
    assert album["callback_url"] == body["callback_url"]
    assert on.client.get(f"/v1/albums/{album['id']}/deliveries").json() == {"deliveries": []}
    assert on.client.post(f"/v1/albums/{album['id']}/deliveries/x/retry").json()["code"] == "delivery_not_found"
    assert on.client.get(f"/v1/albums/{new_id()}/deliveries").json()["code"] == "album_not_found"
