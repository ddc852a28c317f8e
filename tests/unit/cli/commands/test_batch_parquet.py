"""`photo-critic batch --results FILE.parquet`, against a scripted server."""

import sys
from pathlib import Path

import pytest
from pyarrow import parquet
from tests.support.critiques import make_photo
from tests.support.scripted_server import ScriptedServer
from tests.unit.client.test_batches import answer
from typer.testing import CliRunner

from critic_cli.__main__ import app, main
from critic_cli.parquet import write_parquet
from critic_core.contracts.batch import BatchResult
from critic_core.contracts.critique import PropertyName
from critic_core.contracts.errors import PhotoCorrupt, PhotoUrlFailed
from critic_core.contracts.photo import PhotoState


def test_rows_have_scores_or_errors(tmp_path: Path) -> None:
    done, failed = make_photo(), make_photo(PhotoState.failed, error=PhotoCorrupt())
    assert done.critique is not None
    results = [
        BatchResult(line=1, reference="é", photo=done),
        BatchResult(line=2, photo=failed),
        BatchResult(line=3, problem=PhotoUrlFailed().problem()),
    ]
    write_parquet(tmp_path / "results.parquet", results)
    first, second, third = parquet.read_table(tmp_path / "results.parquet").to_pylist()
    assert (first["reference"], first["photo_id"], first["score"]) == ("é", done.id, done.critique.score)
    sharpness = done.critique.properties[PropertyName.sharpness].value
    assert (first["sharpness"], first["model"], first["error_code"]) == (sharpness, "aesthetics", None)
    assert (second["photo_id"], second["error_code"], second["score"]) == (failed.id, "photo_corrupt", None)
    assert (third["line"], third["photo_id"], third["error_code"]) == (3, None, "photo_url_failed")


def test_a_batch_without_photos_has_the_same_columns(tmp_path: Path) -> None:
    write_parquet(tmp_path / "empty.parquet", [])
    write_parquet(tmp_path / "single.parquet", [BatchResult(line=1, photo=make_photo())])
    empty, single = (parquet.read_table(tmp_path / f"{name}.parquet") for name in ("empty", "single"))
    assert (empty.num_rows, empty.schema) == (0, single.schema)


def test_the_suffix_chooses_parquet(server: ScriptedServer, tmp_path: Path) -> None:
    server.answer = answer
    manifest, results = tmp_path / "manifest.jsonl", tmp_path / "results.parquet"
    manifest.write_text('{"key": "a.jpg"}\n')
    command = ["batch", str(manifest), "--url", server.url, "--results", str(results)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert parquet.read_table(results)["line"].to_pylist() == [1, 2]


def test_without_pyarrow_nothing_is_sent(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"key": "a.jpg"}\n')
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setattr("sys.argv", ["photo-critic", "batch", str(manifest), "--results", "a.parquet"])
    with pytest.raises(SystemExit) as exited:
        main()
    assert (exited.value.code, "photo-critic[cli,parquet]" in capsys.readouterr().err) == (2, True)
    assert server.requests == []
