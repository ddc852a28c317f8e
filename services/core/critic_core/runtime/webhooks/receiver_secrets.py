"""Secrets of webhook receivers, derived from the server's secrets: a receiver can forge no webhook for another one.

A secret belongs to an owner and the origin of a callback URL. Gateway and sender compute the same secret, so that it is
stored nowhere. Source: HKDF's expansion of one block, https://datatracker.ietf.org/doc/html/rfc5869
"""

import base64
import hmac
from collections.abc import Iterable

from pydantic import SecretStr

from critic_core.runtime.outbound.public_url import PublicUrl
from critic_core.runtime.webhooks.settings import SECRET_PREFIX, secret_key


def receiver_keys(server_secrets: Iterable[SecretStr], owner: str, callback: PublicUrl) -> list[bytes]:
    """The signing keys of a receiver, 32 bytes each, in the order of the server's secrets."""
    receiver = f"photo-critic webhooks\n{owner}\n{callback.scheme}://{callback.authority}\x01".encode()
    return [hmac.digest(secret_key(secret), receiver, "sha256") for secret in server_secrets]


def encode_secret(key: bytes) -> str:
    """A key as a secret of Standard Webhooks: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(key).decode()
