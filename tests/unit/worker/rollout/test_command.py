"""The operators' command: arguments, output, exit status."""

import json

import pytest
import redis
from tests.unit.worker.rollout.test_admin import make_admin

from critic_worker.rollout import command
from critic_worker.rollout.command import main


@pytest.fixture(autouse=True)
def served(client: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Versions on the inference server."""
    versions = ["1", "2"]
    monkeypatch.setattr(command, "make_rollout_admin", lambda _: make_admin(client, versions))
    return versions


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_every_change_shows_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Version 2 answers 50 %" in run(capsys, "canary", "2:50%")
    assert "Version 2 is compared on 100 %" in run(capsys, "shadow", "2")
    assert "version 1 answers" in run(capsys, "promote", "1")
    assert "Withdrawn: 2." in run(capsys, "rollback", "2")
    assert run(capsys, "reset") == "aesthetics: version 2 answers; served: 1, 2.\n"


def test_show_prints_text_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "show") == "aesthetics: version 2 answers; served: 1, 2.\n"
    assert json.loads(run(capsys, "show", "--json"))["stable"] == "2"


def test_compare_prints_text_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "compare") == "aesthetics: no photo has been compared between versions 2 and 1 yet.\n"
    assert json.loads(run(capsys, "compare", "1", "--json"))["candidate"] == "1"


def test_an_unpromoted_version_is_shown(capsys: pytest.CaptureFixture[str], served: list[str]) -> None:
    run(capsys, "canary", "2:50%")
    served.append("3")
    assert "Version 3 waits, and answers nobody until it is promoted." in run(capsys, "show")


def test_a_refusal_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["promote", "9"]) == 2
    assert "Version 9 is not served" in capsys.readouterr().err
