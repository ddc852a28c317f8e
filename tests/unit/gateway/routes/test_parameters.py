"""Parameters of several routes: authentication, ids, options of uploads."""

import hashlib
from collections import defaultdict

import pytest
from tests.support.tiny_model import tiny_manifest
from tests.unit.gateway.application import Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.identity import new_id
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CALLS = [
    (method, path.format_map(defaultdict(new_id)))
    for path, methods in create_app(GatewaySettings()).openapi()["paths"].items()
    for method in methods
    if path.startswith("/v1/") and not path.startswith("/v1/shared/")  # the token of a share link is the right
]


def serve(gateway: Application, *names: str) -> None:
    manifests = [tiny_manifest().model_copy(update={"name": name}) for name in names]
    gateway.workers.save_models(manifests, list(names))


@pytest.mark.parametrize(("key", "code"), [(None, "missing_api_key"), ("eve", "invalid_api_key")])
def test_a_request_without_a_valid_key_is_401_and_names_the_scheme(start: Start, key: str | None, code: str) -> None:
    gateway = start(api_keys=hashlib.sha256(b"ann").hexdigest())
    for method, path in CALLS:
        response = gateway.http.request(method, path, headers={"X-API-Key": key} if key else {})
        assert (response.status_code, response.json()["code"]) == (401, code)
        assert response.headers["www-authenticate"] == 'Bearer realm="photo-critic"'
    assert gateway.http.get("/livez").status_code == 200


def test_a_valid_key_is_let_in(start: Start) -> None:
    gateway = start(api_keys=hashlib.sha256(b"ann").hexdigest())
    assert gateway.http.get("/v1/models", headers={"Authorization": "Bearer ann"}).status_code == 200


def test_a_served_model_is_remembered(gateway: Application) -> None:
    serve(gateway, "aesthetics", "second")
    for params, model in (({"model": "second"}, "second"), ({}, None)):
        assert gateway.jobs.get(gateway.send(params=params).json()["id"]).model == model


def test_an_unknown_model_is_rejected_before_the_body(gateway: Application) -> None:
    serve(gateway, "aesthetics", "second")
    response = gateway.send(params={"model": "third"})
    assert (response.status_code, response.json()["code"]) == (404, "model_not_found")
    assert response.json()["detail"] == "No model 'third' is served. Served models: aesthetics, second."
    assert gateway.stored_files() == []


def test_a_model_is_not_ready_before_a_worker_has_published_models(gateway: Application) -> None:
    response = gateway.send(params={"model": "aesthetics"})
    assert (response.status_code, response.json()["code"]) == (503, "not_ready")
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("secrets", "url", "code"),
    [
        ("", "https://receiver.example/hook", "webhooks_disabled"),
        (SECRET, "https://127.0.0.1/hook", "invalid_callback_url"),
        (SECRET, "http://receiver.example/hook", "invalid_callback_url"),
    ],
)
def test_a_callback_url_is_checked_before_the_body(start: Start, secrets: str, url: str, code: str) -> None:
    gateway = start(webhook_secrets=secrets)
    response = gateway.send(params={"callback_url": url})
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert gateway.stored_files() == []


def test_a_valid_callback_url_is_stored_with_the_photo(start: Start) -> None:
    gateway = start(webhook_secrets=SECRET)
    photo = gateway.send(params={"callback_url": "https://receiver.example/hook"}).json()
    assert photo["callback_url"] == "https://receiver.example/hook"
    assert "callback_events" not in photo


def test_the_events_and_details_of_a_receiver_are_stored_with_the_photo(start: Start) -> None:
    gateway = start(webhook_secrets=SECRET)
    params = {"callback_url": "https://receiver.example/hook", "callback_events": ["photo.failed"]}
    sent = gateway.send(params={**params, "callback_details": ["hashes", "thumbnail"]}).json()
    for photo in (sent, gateway.http.get(f"/v1/photos/{sent['id']}").json()):
        assert photo["callback_events"] == ["photo.failed"]
        assert photo["callback_details"] == ["hashes", "thumbnail"]
    assert gateway.send(params={**params, "callback_events": ["planet.done"]}).json()["code"] == "invalid_request"
