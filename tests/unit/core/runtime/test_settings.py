"""Settings come from the environment or from secret files."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from critic_core.runtime.settings import QueueSettings


def test_a_secret_file_gives_the_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:s3cret@example:6379/0\n")
    monkeypatch.setenv("CRITIC_REDIS_URL_FILE", str(secret))
    assert QueueSettings().redis_url == "redis://:s3cret@example:6379/0"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://file")
    monkeypatch.setenv("CRITIC_REDIS_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://environment")
    assert QueueSettings().redis_url == "redis://environment"


def test_a_secret_file_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match="redis_url"):
        QueueSettings()


def test_an_empty_secret_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("\n")
    monkeypatch.setenv("CRITIC_REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    with pytest.raises(SettingsError, match="redis_password"):
        QueueSettings()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("redis://redis:6379/0", "redis://:p%2Fa%40s%3As@redis:6379/0"),
        ("rediss://critic@redis/1", "rediss://critic:p%2Fa%40s%3As@redis/1"),
        ("redis://[::1]:6379/0", "redis://:p%2Fa%40s%3As@[::1]:6379/0"),
        ("redis://:its-own@redis:6379/0", "redis://:its-own@redis:6379/0"),
    ],
)
def test_a_password_of_its_own_goes_into_a_url_that_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, error: str
) -> None:
    (tmp_path / "password").write_text("p/a@s:s\n")
    monkeypatch.setenv("CRITIC_REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("CRITIC_REDIS_URL", url)
    assert QueueSettings().redis_url == error


def test_a_password_of_its_own_goes_into_the_default_url_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_REDIS_PASSWORD", "secret")
    assert QueueSettings().redis_url == "redis://:secret@127.0.0.1:6379/0"


@pytest.mark.parametrize(
    ("password", "why"), [("", "is empty"), ("photo-critic", "default password"), ("changeme", "at least 16")]
)
def test_production_refuses_a_weak_password(monkeypatch: pytest.MonkeyPatch, password: str, why: str) -> None:
    monkeypatch.setenv("CRITIC_ENVIRONMENT", "production")
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://redis:6379/0")
    monkeypatch.setenv("CRITIC_REDIS_PASSWORD", password)
    with pytest.raises(ValidationError, match=why):
        QueueSettings()


def test_a_visibility_timeout_near_the_time_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_TASK_TIME_LIMIT_SECONDS", "100")
    monkeypatch.setenv("CRITIC_VISIBILITY_TIMEOUT_SECONDS", "150")
    with pytest.raises(ValidationError, match="twice"):
        QueueSettings()
