"""API keys for tests."""

import hashlib
from pathlib import Path

from starlette.requests import HTTPConnection

from critic_gateway.auth.api_keys import ApiKeys
from critic_gateway.settings import GatewaySettings

DIGESTS = tuple(hashlib.sha256(secret).hexdigest() for secret in (b"alpha", b"beta"))


def request_with(**headers: str) -> HTTPConnection:
    """A request with these headers; `x_api_key` is X-API-Key."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


def api_keys(**settings: object) -> ApiKeys:
    """The API keys of these settings."""
    return ApiKeys.from_settings(GatewaySettings.model_validate(settings))


def entry(name: str, secret: bytes, *lines: str) -> str:
    """An entry of the TOML file."""
    return "\n".join([f"[{name}]", f'sha256 = "{hashlib.sha256(secret).hexdigest()}"', *lines, ""])


def write_keys(folder: Path, *entries: str) -> Path:
    """A TOML file with these entries."""
    path = folder / "keys.toml"
    path.write_text("".join(entries))
    return path
