"""Signatures as other implementations of Standard Webhooks make and check them."""

import base64
import hashlib
import hmac

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
