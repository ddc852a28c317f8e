"""Signatures as other implementations of Standard Webhooks make and check them."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from critic_core.runtime.webhooks.settings import secret_key
from critic_worker.webhooks.signature import signatures

# What the reference implementations test themselves with.
SECRET = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example() -> None:
    assert signatures([secret_key(SECRET)], ID, TIMESTAMP, BODY) == SIGNATURE


def test_a_receiver_finds_the_same_from_the_headers_alone() -> None:
    key = base64.b64decode(SECRET.get_secret_value().removeprefix("whsec_"))
    expected = hmac.new(key, f"{ID}.{TIMESTAMP}.".encode() + BODY, hashlib.sha256).digest()
    signature = signatures([secret_key(SECRET)], ID, TIMESTAMP, BODY)
    assert base64.b64decode(signature.removeprefix("v1,")) == expected


def test_each_secret_signs_newest_first() -> None:
    found = signatures([b"n" * 32, secret_key(SECRET)], ID, TIMESTAMP, BODY).split(" ")
    assert len(found) == 2
    assert found[1] == SIGNATURE
    assert found[0] != SIGNATURE


def test_id_time_and_body_are_all_signed() -> None:
    key = [secret_key(SECRET)]
    changed = [
        signatures(key, "msg_another", TIMESTAMP, BODY),
        signatures(key, ID, TIMESTAMP + 1, BODY),
        signatures(key, ID, TIMESTAMP, BODY + b" "),
    ]
    assert SIGNATURE not in changed
    assert len(set(changed)) == 3


def documented(now: float) -> dict[str, object]:
    """The code for receivers in docs/webhooks.md, at that time."""
    text = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(block.replace("time.time()", str(now)), names)
    return names


@pytest.mark.parametrize(
    ("changed", "now", "genuine"),
    [
        ({}, TIMESTAMP, True),
        ({"webhook-signature": f"v1,{'A' * 43}= {SIGNATURE}"}, TIMESTAMP, True),
        ({"webhook-signature": f"v1,{'A' * 43}="}, TIMESTAMP, False),
        ({"webhook-id": "msg_another"}, TIMESTAMP, False),
        ({}, TIMESTAMP + 301, False),
    ],
)
def test_the_documented_check(changed: dict[str, str], now: float, genuine: bool) -> None:
    headers = {"webhook-id": ID, "webhook-timestamp": str(TIMESTAMP), "webhook-signature": SIGNATURE, **changed}
    check = documented(now)["verify"]
    assert callable(check)
    assert check(SECRET.get_secret_value(), headers, BODY) is genuine
