"""Who may come in: API keys, known to the server only by their SHA-256 digests."""

import hashlib
import hmac

from starlette.requests import HTTPConnection

from critic_core.contracts.errors import ApiKeyMissing, ApiKeyWrong

ANYBODY = "anybody"


def caller(connection: HTTPConnection, digests: tuple[str, ...]) -> str:
    """A name for whoever asks: the digest of their key, or `anybody` where none is wanted.

    Raises ApiKeyMissing or ApiKeyWrong. Compared in constant time, and with every digest, so that the time an answer
    takes tells nothing about the keys.
    """
    if not digests:
        return ANYBODY
    key = _key(connection)
    if key is None:
        raise ApiKeyMissing
    told = hashlib.sha256(key.encode()).hexdigest()
    if not any([hmac.compare_digest(told, digest) for digest in digests]):  # noqa: C419 - a generator would stop early
        raise ApiKeyWrong
    return told


def _key(connection: HTTPConnection) -> str | None:
    if key := connection.headers.get("x-api-key"):
        return key
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
