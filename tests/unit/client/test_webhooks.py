"""Verification of webhooks, of requests as the sender signs them."""

import base64
import time
from datetime import UTC, datetime

import pytest

from critic_client.webhooks import WebhookRejected, verify_webhook
from critic_core.contracts.webhook import WebhookBody
from critic_worker.webhooks.signature import signatures

NEW, OLD = b"n" * 32, b"o" * 32
BODY = WebhookBody(type="photo.done", timestamp=datetime.now(UTC), data={"id": "1", "state": "done"})
RAW = BODY.model_dump_json().encode()


def secret(key: bytes) -> str:
    return f"whsec_{base64.b64encode(key).decode()}"


def headers(key: bytes = NEW, age: int = 0) -> dict[str, str]:
    sent_at = int(time.time()) - age
    signature = signatures([key], "delivery", sent_at, RAW)
    return {"Webhook-Id": "delivery", "Webhook-Timestamp": str(sent_at), "Webhook-Signature": signature}


@pytest.mark.parametrize("key", [NEW, OLD])
def test_a_webhook_by_any_of_the_secrets_is_parsed(key: bytes) -> None:
    assert verify_webhook(RAW, headers(key), [secret(NEW), secret(OLD)]) == BODY


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (RAW + b" ", {}),
        (RAW, {"Webhook-Id": "another"}),
        (RAW, {"Webhook-Signature": "v1"}),
        (RAW, {"Webhook-Timestamp": "yesterday"}),
        (RAW, headers(b"x" * 32)),
        (RAW, headers(age=3600)),
    ],
    ids=["body", "id", "signature", "timestamp", "secret", "age"],
)
def test_every_other_request_is_rejected(body: bytes, changed: dict[str, str]) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(body, headers() | changed, [secret(NEW)])


def test_a_request_without_the_headers_is_rejected() -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(RAW, {}, [secret(NEW)])
