"""The commands as a user types them."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.support.critiques import make_photo
from tests.support.scripted_server import Answer, ScriptedServer, photo_answer
from tests.support.tiny_model import NAME, tiny_manifest
from typer.testing import CliRunner

from critic_cli.__main__ import app, main
from critic_core.runtime.webhooks.settings import WebhookSettings
from critic_gateway.auth.api_keys import ApiKeys
from critic_gateway.settings import GatewaySettings

run = CliRunner()


def test_the_version_is_printed() -> None:
    result = run.invoke(app, ["--version"])
    assert (result.exit_code, result.stdout.startswith("photo-critic ")) == (0, True)


def test_a_new_webhook_secret_is_one_that_the_settings_take(monkeypatch: pytest.MonkeyPatch) -> None:
    output = run.invoke(app, ["new-webhook-secret"]).stdout
    name, _, secret = output.split()[-1].partition("=")
    monkeypatch.setenv(name, secret)
    assert WebhookSettings().webhooks_on
    assert secret not in run.invoke(app, ["new-webhook-secret"]).stdout


def test_a_new_key_comes_with_its_digest_and_is_never_the_same() -> None:
    output = run.invoke(app, ["new-key"]).stdout
    key, digest = re.findall(r"^  (?:CRITIC_API_KEYS=)?(\S+)$", output, re.MULTILINE)
    assert digest == hashlib.sha256(key.encode()).hexdigest()
    assert len(key) >= 43  # 256 bits
    assert key not in run.invoke(app, ["new-key"]).stdout


def test_a_new_key_with_a_name_is_an_entry_of_the_toml_file() -> None:
    output = run.invoke(app, ["new-key", "--name", "ann.b"]).stdout
    key = output.splitlines()[1].strip()
    entries = tomllib.loads(output[output.index("  [") :])
    assert entries == {"ann.b": {"sha256": hashlib.sha256(key.encode()).hexdigest()}}


@pytest.mark.parametrize(
    ("options", "name"), [(["--owner", "studio"], "studio"), (["--owner", "studio", "--name", "b"], "b")]
)
def test_a_new_key_with_an_owner_is_an_entry_that_the_gateway_takes(
    options: list[str], name: str, tmp_path: Path
) -> None:
    output = run.invoke(app, ["new-key", *options]).stdout
    (tmp_path / "keys.toml").write_text(output[output.index("  [") :])
    keys = ApiKeys.from_settings(GatewaySettings(api_keys_toml=tmp_path / "keys.toml"))
    key = keys.find(output.splitlines()[1].strip())
    assert key is not None
    assert (key.name, key.owner) == (name, "studio")
    assert run.invoke(app, ["new-key", "--owner", "a b"]).exit_code != 0


def test_an_error_is_exit_code_2_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["photo-critic", "score", str(tmp_path)])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert capsys.readouterr().err == "There are no photos among these files and folders.\n"


def test_progress_and_results_do_not_mix(server: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"pixels")
    server.answer = lambda _: photo_answer(make_photo())
    ran = run.invoke(app, ["score", str(tmp_path), "--csv", "-", "--url", server.url])
    assert ran.exit_code == 0
    assert len(ran.stdout.splitlines()) == 2


def test_the_model_option_is_sent_with_every_photo(server: ScriptedServer, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"pixels")
    served = json.dumps({"models": [tiny_manifest().model_dump(mode="json")]}).encode()
    server.answer = lambda request: Answer(200, served) if request.path == "/v1/models" else photo_answer(make_photo())
    ran = run.invoke(app, ["score", str(tmp_path), "--csv", "-", "--url", server.url, "--model", NAME])
    assert ran.exit_code == 0
    assert [f"model={NAME}" in request.path for request in server.of("POST", "/v1/photos")] == [True, True]


@pytest.mark.parametrize("command", ["score", "watch"])
def test_a_model_that_is_not_served_is_one_error_without_uploads(
    command: str, server: ScriptedServer, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"pixels")
    served = json.dumps({"models": [tiny_manifest().model_dump(mode="json")]}).encode()
    server.answer = lambda _: Answer(200, served)
    ran = run.invoke(app, [command, str(tmp_path), "--url", server.url, "--model", "other"])
    assert str(ran.exception) == f"The server has no model 'other'. Its models: {NAME}."
    assert server.of("POST", "/v1/photos") == []


def test_ctrl_c_ends_a_watch_without_an_error(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __enter__(self) -> "Interrupted":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def watch(self, *_: object) -> str:
            return "signal"

    monkeypatch.setattr("watchfiles.main.RustNotify", Interrupted)
    assert run.invoke(app, ["watch", str(tmp_path), "--url", server.url]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["dead-letters", "--replay"], ["critic_worker.maintenance.dead_letters", "--replay"]),
        (["model"], ["critic_worker.rollout", "show"]),
        (["model", "canary", "2:10%", "--json"], ["critic_worker.rollout", "canary", "2:10%", "--json"]),
    ],
)
def test_operators_commands_are_the_workers(
    arguments: list[str], module: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = []

    def record(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", record)
    assert run.invoke(app, [*arguments, "--data-folder", str(tmp_path)]).exit_code == 3
    assert [command[2:] for command in commands] == [["-m", *module]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    assert "_PHOTO_CRITIC_COMPLETE" in run.invoke(app, ["--show-completion", shell], prog_name="photo-critic").stdout
    words = {
        "COMP_WORDS": "photo-critic cull --copy",
        "COMP_CWORD": "2",
        "_TYPER_COMPLETE_ARGS": "photo-critic cull --c",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    completed = run.invoke(app, env={"_PHOTO_CRITIC_COMPLETE": f"complete_{shell}", **words}, prog_name="photo-critic")
    assert "--copy-keepers" in completed.stdout
