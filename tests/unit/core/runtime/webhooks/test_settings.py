"""Secrets: taken from the environment or a file, checked, and never told."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from critic_core.runtime.webhooks.settings import WebhookSettings, secret_key


def secret(size: int, letter: bytes = b"s") -> str:
    return "whsec_" + base64.b64encode(letter * size).decode()


def test_off_by_default() -> None:
    assert not WebhookSettings().webhooks_on


def test_several_secrets_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", f"{secret(24, b'n')}, {secret(64, b'o')},")
    assert list(map(secret_key, WebhookSettings().webhook_secrets)) == [b"n" * 24, b"o" * 64]


def test_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text(secret(32) + "\n")
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS_FILE", str(tmp_path / "secrets"))
    assert WebhookSettings().webhooks_on


@pytest.mark.parametrize("bad", [secret(23), secret(65), secret(32)[6:], "whsec_", "whsec_no base64!", "mysecret"])
def test_bad_secrets_are_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", f"{secret(32)},{bad}")
    with pytest.raises(ValidationError, match="24 to 64 bytes") as refused:
        WebhookSettings()
    assert bad not in str(refused.value).replace("whsec_ and base64", "")
    assert secret(32) not in str(refused.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", secret(32))
    assert secret(32) not in f"{WebhookSettings()!r} {WebhookSettings().model_dump_json()}"


def test_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_ALLOW_PRIVATE", "10.1.0.0/16, fd00::/8")
    assert [str(secret) for secret in WebhookSettings().webhook_allow_private] == ["10.1.0.0/16", "fd00::/8"]
    monkeypatch.setenv("CRITIC_WEBHOOK_ALLOW_PRIVATE", "10.1.2.3/16")
    with pytest.raises(ValidationError, match="webhook_allow_private"):
        WebhookSettings()
