"""The commands as a user types them."""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.critiques import make_photo
from tests.support.redis_server import RedisServer
from tests.support.scripted_server import Answer, ScriptedServer, photo_answer
from tests.support.tiny_model import NAME, tiny_manifest
from typer.testing import CliRunner

from critic_cli.__main__ import app, main
from critic_core.contracts.errors import PhotoPoison
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.photo import CRITIQUE_QUEUE, Photo, PhotoState
from critic_core.runtime.redis_client import connect
from critic_core.runtime.webhooks.settings import WebhookSettings
from critic_core.stores.jobs import JobStore
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


class TestDeadLetters:
    @pytest.fixture
    def redis_server(self, tmp_path: Path) -> Iterator[RedisServer]:
        server = RedisServer(tmp_path)
        server.start()
        yield server
        server.stop()

    @pytest.fixture
    def dead_letter(self, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setenv("CRITIC_REDIS_URL", redis_server.url)
        store, now = JobStore(connect(redis_server.url)), datetime.now(UTC)
        photo = Photo(
            id=new_photo_id(),
            state=PhotoState.queued,
            file_name="evil.jpg",
            media_type="image/jpeg",
            size_bytes=1,
            sha256="0",
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
        store.create(photo)
        store.move_to_dead_letters(photo.id, PhotoPoison().problem())
        return photo.id

    def test_they_are_listed_with_their_problem(self, dead_letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "200")
        output = run.invoke(app, ["dead-letters"]).stdout
        assert dead_letter in output
        assert "evil.jpg" in output
        assert "crashed its worker" in output

    def test_replay_queues_them_again(self, dead_letter: str, redis_server: RedisServer) -> None:
        ran = run.invoke(app, ["dead-letters", "--replay"])
        assert ran.stdout == "1 photos queued again; 0 have expired.\n"
        client = connect(redis_server.url)
        store = JobStore(client)
        assert (store.get(dead_letter).state, store.dead_letters()) == (PhotoState.queued, [])
        assert client.llen(CRITIQUE_QUEUE) == 1
        assert run.invoke(app, ["dead-letters"]).stdout == "No dead letters.\n"
