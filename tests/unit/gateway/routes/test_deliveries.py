"""Webhooks: secrets of receivers, deliveries."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from tests.support.critiques import make_critique
from tests.unit.gateway.application import Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.webhook import Delivery
from critic_core.runtime.webhooks.settings import secret_key

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
URL = "https://receiver.example/hook"


@pytest.fixture
def gateway(start: Start) -> Application:
    return start(webhook_secrets=SECRET)


def open_delivery(gateway: Application) -> str:
    """The path of the deliveries of a done photo, of which one is open."""
    photo_id = gateway.send(params={"callback_url": URL}).json()["id"]
    gateway.jobs.finish(photo_id, make_critique())
    (entry,) = gateway.deliveries.outbox()
    now = datetime.now(UTC)
    delivery = Delivery(id="d1", type="photo.done", timestamp=now, next_attempt_at=now)
    assert gateway.deliveries.open(entry, delivery, now + timedelta(hours=1))
    return f"/v1/photos/{photo_id}/deliveries"


def test_a_receiver_has_a_secret_of_its_own_for_each_of_the_servers(start: Start) -> None:
    gateway = start(webhook_secrets=f"{SECRET},whsec_{'b2xk' * 8}")

    def secrets(url: str) -> list[str]:
        response = gateway.http.get("/v1/webhooks/secrets", params={"callback_url": url})
        return list(response.json()["secrets"])

    first, old = secrets(URL)
    assert secrets("https://RECEIVER.example:443/elsewhere?token=1") == [first, old]
    others = [*secrets("https://receiver.example:8443/hook"), *secrets("https://another.example/hook")]
    assert len({SECRET, first, old, *others}) == 7
    assert all(secret_key(SecretStr(secret)) for secret in (first, old, *others))


def test_a_secret_needs_a_callback_url_and_webhooks(start: Start) -> None:
    gateway = start(webhook_secrets=SECRET)
    response = gateway.http.get("/v1/webhooks/secrets", params={"callback_url": "https://127.0.0.1/"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_callback_url")
    response = start().http.get("/v1/webhooks/secrets", params={"callback_url": URL})
    assert (response.status_code, response.json()["code"]) == (422, "webhooks_disabled")


def test_deliveries_are_listed(gateway: Application) -> None:
    (delivery,) = gateway.http.get(open_delivery(gateway)).json()["deliveries"]
    assert (delivery["id"], delivery["state"], delivery["attempt_count"]) == ("d1", "pending", 0)


def test_a_delivery_is_retried(gateway: Application) -> None:
    path = open_delivery(gateway)
    response = gateway.http.post(f"{path}/d1/retry")
    assert (response.status_code, response.json()["state"]) == (202, "pending")
    assert gateway.http.post(f"{path}/d2/retry").json()["code"] == "delivery_not_found"


def test_an_album_has_deliveries_of_its_own(gateway: Application) -> None:
    path = f"/v1/albums/{gateway.new_album(callback_url=URL).id}/deliveries"
    assert gateway.http.get(path).json() == {"deliveries": []}
    assert gateway.http.post(f"{path}/d1/retry").json()["code"] == "delivery_not_found"


def test_without_webhooks_nothing_is_retried(start: Start) -> None:
    gateway = start()
    response = gateway.http.post(f"/v1/photos/{gateway.new_photo()}/deliveries/d1/retry")
    assert (response.status_code, response.json()["code"]) == (422, "webhooks_disabled")
