"""`photo-critic batch`, against a scripted server."""

import json
from pathlib import Path

import pytest
from tests.support.scripted_server import ScriptedServer
from tests.unit.client.test_batches import RESULTS, answer
from typer.testing import CliRunner

from critic_cli.__main__ import app, main

run = CliRunner()


def test_a_manifest_becomes_results(server: ScriptedServer, tmp_path: Path) -> None:
    server.answer = answer
    manifest, results = tmp_path / "manifest.jsonl", tmp_path / "results.jsonl"
    manifest.write_text('{"url": "https://photos.example/1.jpg", "reference": "é"}\n{"key": "2.jpg"}\n', "utf-8")
    outcome = run.invoke(app, ["batch", str(manifest), "--url", server.url, "--results", str(results)])
    assert outcome.exit_code == 0
    assert [json.loads(line)["line"] for line in results.read_bytes().split(b"\n")[:-1]] == [
        result.line for result in RESULTS
    ]
    assert outcome.stderr == "Batch b\n"
    assert (server.requests[-1].method, server.requests[-1].path) == ("DELETE", "/v1/batches/b")


def test_a_bad_line_is_named_before_anything_is_sent(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = answer
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"key": "a.jpg"}\n{}\n')
    monkeypatch.setattr("sys.argv", ["photo-critic", "batch", str(manifest), "--url", server.url])
    with pytest.raises(SystemExit) as exited:
        main()
    assert (exited.value.code, "Line 2 of" in capsys.readouterr().err) == (2, True)
    assert {request.method for request in server.requests} == {"GET"}
