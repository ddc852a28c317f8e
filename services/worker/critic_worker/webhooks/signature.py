"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, one for each secret.

Two secrets allow a rotation: a receiver that knows either of them finds its signature.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signatures(keys: Iterable[bytes], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature. `timestamp` is the attempt's, in seconds since the epoch."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
