"""Defaults of options from the configuration file and from variables."""

import sys
from pathlib import Path

import pytest

from critic_cli.__main__ import main, parser
from critic_cli.config import load_defaults
from critic_cli.errors import CommandError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "photo-critic").mkdir()
    return tmp_path / "photo-critic" / "config.toml"


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    (tmp_path / "shoot").mkdir()
    return tmp_path / "shoot"


def stderr_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command that fails prints."""
    monkeypatch.setattr(sys, "argv", ["photo-critic", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    return capsys.readouterr().err


def test_without_a_file_there_are_no_defaults(config: Path) -> None:
    assert not config.exists()
    assert load_defaults(parser()) == {}


def test_keys_are_options_of_one_command_or_of_all(config: Path) -> None:
    config.write_text('url = "http://a"\n[cull]\nkeep = 40\nper-scene = 3\nurl = "http://b"\n[ops.backup]\nkeep = 7\n')
    defaults = load_defaults(parser())
    assert defaults["cull"] == {"url": "http://b", "keep": 40, "per_scene": 3}
    assert defaults["score"] == {"url": "http://a"}
    assert (defaults["ops"]["backup"], defaults["up"]) == ({"keep": 7}, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[cull]\nkeeep = 1", "has unknown keys: cull.keeep."),
        ("folder = 1", "has unknown keys: folder."),
        ("cull = 1", "has unknown keys: cull."),
        ("[cut]\nkeep = 1", "has unknown keys: cut."),
        ("keep =", "cannot be read: Invalid value"),
    ],
)
def test_a_wrong_file_is_an_error_with_its_name(config: Path, text: str, sentence: str) -> None:
    config.write_text(text)
    with pytest.raises(CommandError, match=f"{config} {sentence}"):
        load_defaults(parser())


def test_the_command_line_wins_over_the_variable_and_the_variable_over_the_file(
    config: Path, shoot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shoot / "a.jpg").touch()
    config.write_text('url = "http://127.0.0.1:1"')
    monkeypatch.delenv("CRITIC_URL", raising=False)
    assert "answers at http://127.0.0.1:1." in stderr_of(monkeypatch, capsys, "cull", shoot)
    monkeypatch.setenv("CRITIC_URL", "http://127.0.0.1:2")
    assert "answers at http://127.0.0.1:2." in stderr_of(monkeypatch, capsys, "cull", shoot)
    arguments = ("cull", shoot, "--url", "http://127.0.0.1:3")
    assert "answers at http://127.0.0.1:3." in stderr_of(monkeypatch, capsys, *arguments)


def test_every_option_has_a_variable_of_command_and_option(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRITIC_CULL_STARS", "1")
    assert "four ascending percentages" in stderr_of(monkeypatch, capsys, "cull", shoot)


def test_another_file_and_values_of_a_wrong_kind(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRITIC_CONFIG", str(tmp_path / "other.toml"))
    (tmp_path / "other.toml").write_text('[cull]\nkeep = "many"')
    assert "--keep" in stderr_of(monkeypatch, capsys, "cull", shoot)
