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


def test_a_visibility_timeout_near_the_time_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_TASK_TIME_LIMIT_SECONDS", "100")
    monkeypatch.setenv("CRITIC_VISIBILITY_TIMEOUT_SECONDS", "150")
    with pytest.raises(ValidationError, match="twice"):
        QueueSettings()
