"""Who may come in: API keys, known to the server only by their SHA-256 digests."""

from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from critic_core.contracts.errors import MissingApiKey, InvalidApiKey
from critic_gateway.auth.api_keys import ApiKey, Keyring


def caller(connection: HTTPConnection, keyring: Keyring) -> ApiKey:
    """The key of whoever asks, or the one that stands for anybody where none is wanted.

    Raises MissingApiKey or InvalidApiKey.
    """
    if keyring.open_to_all:
        return keyring.anybody
    told = _key(connection)
    if told is None:
        raise MissingApiKey
    key = keyring.find(told)
    if key is None:
        raise InvalidApiKey
    if key.expires is not None and key.expires <= datetime.now(UTC):
        raise InvalidApiKey(f"The API key was valid until {key.expires:%Y-%m-%d %H:%M} UTC.")
    return key


def _key(connection: HTTPConnection) -> str | None:
    if key := connection.headers.get("x-api-key"):
        return key
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
