"""Authentication by API key."""

from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from critic_core.contracts.errors import InvalidApiKey, MissingApiKey
from critic_gateway.auth.api_keys import ApiKey, ApiKeys


def authenticate(connection: HTTPConnection, api_keys: ApiKeys) -> ApiKey:
    """The API key of a request; the anonymous key where the server has no keys.

    Raises MissingApiKey or InvalidApiKey.
    """
    if api_keys.open_to_all:
        return api_keys.anonymous
    secret = _secret(connection)
    if secret is None:
        raise MissingApiKey
    key = api_keys.find(secret)
    return _valid(key)


def authenticated(name: str, api_keys: ApiKeys) -> ApiKey:
    """The API key with that name, for work that a caller began. Raises InvalidApiKey for a revoked or expired one."""
    return api_keys.anonymous if api_keys.open_to_all else _valid(api_keys.find_name(name))


def _valid(key: ApiKey | None) -> ApiKey:
    if key is None:
        raise InvalidApiKey
    if key.expires is not None and key.expires <= datetime.now(UTC):
        raise InvalidApiKey(f"The API key was valid until {key.expires:%Y-%m-%d %H:%M} UTC.")
    return key


def _secret(connection: HTTPConnection) -> str | None:
    if secret := connection.headers.get("x-api-key"):
        return secret
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
