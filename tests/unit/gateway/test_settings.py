"""Invalid settings."""

import pytest
from pydantic import ValidationError

from critic_gateway.settings import GatewaySettings

KEY = "ab" * 32


def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_ENVIRONMENT", "production")
    monkeypatch.setenv("CRITIC_REDIS_PASSWORD", "0123456789abcdef")
    monkeypatch.setenv("CRITIC_RATE_LIMIT_PER_SECOND", "10")
    monkeypatch.setenv("CRITIC_QUOTA_PHOTOS_PER_DAY", "1000")


def test_production_needs_api_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    production(monkeypatch)
    with pytest.raises(ValidationError, match="CRITIC_API_KEYS"):
        GatewaySettings()
    monkeypatch.setenv("CRITIC_API_KEYS", f"{KEY}, {KEY.upper()}")
    assert GatewaySettings().api_keys == (KEY, KEY)


def test_a_key_instead_of_its_digest_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_API_KEYS", "my-secret-key")
    with pytest.raises(ValidationError, match="digests"):
        GatewaySettings()


@pytest.mark.parametrize("limit", ["CRITIC_RATE_LIMIT_PER_SECOND", "CRITIC_QUOTA_PHOTOS_PER_DAY"])
def test_production_limits_its_keys_unless_it_is_told_not_to(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    production(monkeypatch)
    monkeypatch.setenv("CRITIC_API_KEYS", KEY)
    assert GatewaySettings().limits_required
    monkeypatch.setenv(limit, "0")
    with pytest.raises(ValidationError, match=limit):
        GatewaySettings()
    monkeypatch.setenv("CRITIC_ALLOW_UNLIMITED_KEYS", "true")
    assert not GatewaySettings().limits_required


def test_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert GatewaySettings().cors_origins == ()
    monkeypatch.setenv("CRITIC_CORS_ORIGINS", "https://a.example, http://localhost:5173/")
    assert GatewaySettings().cors_origins == ("https://a.example", "http://localhost:5173")


@pytest.mark.parametrize("origin", ["*", "a.example", "https://a.example/path", "null"])
def test_an_origin_that_is_none_is_invalid(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("CRITIC_CORS_ORIGINS", origin)
    with pytest.raises(ValidationError, match="CRITIC_CORS_ORIGINS"):
        GatewaySettings()
