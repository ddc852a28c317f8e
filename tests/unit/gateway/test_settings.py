"""Invalid settings."""

import pytest
from pydantic import ValidationError

from critic_gateway.settings import GatewaySettings

KEY = "ab" * 32


def test_production_needs_api_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="CRITIC_API_KEYS"):
        GatewaySettings()
    monkeypatch.setenv("CRITIC_API_KEYS", f"{KEY}, {KEY.upper()}")
    assert GatewaySettings().api_keys == (KEY, KEY)


def test_a_key_instead_of_its_digest_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_API_KEYS", "my-secret-key")
    with pytest.raises(ValidationError, match="digests"):
        GatewaySettings()
