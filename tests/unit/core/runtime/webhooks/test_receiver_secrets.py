"""The secret of a receiver depends on the server's secret, the owner and the origin, and on nothing else."""

import base64
import hashlib
import hmac

from pydantic import SecretStr

from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.receiver_secrets import encode_secret, receiver_keys
from critic_core.runtime.webhooks.settings import secret_key

SERVER = SecretStr("whsec_" + base64.b64encode(b"s" * 32).decode())


def keys(url: str, owner: str = "ann") -> list[bytes]:
    return receiver_keys([SERVER], owner, parse_callback(url, ()))


def test_a_secret_is_hkdf_s_first_block() -> None:
    information = b"photo-critic webhooks\nann\nhttps://a.example\x01"
    assert keys("https://a.example/hook") == [hmac.digest(b"s" * 32, information, hashlib.sha256)]


def test_a_receiver_is_an_owner_and_an_origin() -> None:
    assert keys("https://A.example:443/x?token=1") == keys("https://a.example/hook")
    receivers = [("https://a.example/", "ann"), ("https://b.example/", "ann"), ("https://a.example:8443/", "ann")]
    assert len({key for url, owner in [*receivers, ("https://a.example/", "bob")] for key in keys(url, owner)}) == 4


def test_an_encoded_secret_is_one_of_standard_webhooks() -> None:
    (key,) = keys("https://a.example/")
    assert secret_key(SecretStr(encode_secret(key))) == key
