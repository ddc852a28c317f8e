"""`photo-critic ops`: exit codes and messages."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from critic_cli.ops import commands
from critic_cli.ops.backup.archive import BackupManifest
from critic_cli.ops.compose_project import EngineError

MANIFEST = BackupManifest("2026-11-25T14:12:00+00:00", "0.1.0", "file:///photos", keys=7)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands.ops, arguments)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Docker engine: the stack is its Compose options."""
    monkeypatch.setattr(commands, "Stack", lambda options: options)


def test_a_backup_of_the_selected_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, selected, deleted = tmp_path / "it.tar", [], []
    archive.write_bytes(b"1" * 2_000_000)
    monkeypatch.setattr(commands, "save_backup", lambda stack, path: selected.append(stack) or (archive, MANIFEST))
    monkeypatch.setattr(commands, "delete_old", lambda *arguments: deleted.append(arguments))
    code, output = run("backup", str(tmp_path), "--keep", "48", "--compose", '-p "my photos"')
    assert (code, selected, deleted) == (0, [["-p", "my photos"]], [(tmp_path, 48)])
    assert "from version 0.1.0, 7 keys, 0 photos, 2.0 MB in" in output.replace("\n", "")


def test_at_least_one_archive_stays(tmp_path: Path) -> None:
    assert run("backup", str(tmp_path), "--keep", "0")[0] == 2


def test_an_invalid_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "it.tar").write_bytes(b"no tar at all" * 100)
    for command in ("check-backup", "restore"):
        code, output = run(command, str(tmp_path / "it.tar"))
        assert (code, output.startswith("refused: ")) == (2, True)


def test_a_failing_engine_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise EngineError("no such engine")

    monkeypatch.setattr(commands, "save_backup", fail)
    monkeypatch.setattr(commands.rolling_update, "roll", fail)
    assert run("backup", str(tmp_path)) == (1, "failed: no such engine\n")
    assert run("roll", "worker") == (1, "failed: no such engine\n")


def test_services_are_rolled_in_order_until_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    rolled: list[str] = []
    monkeypatch.setattr(
        commands.rolling_update, "roll", lambda _, service, seconds: rolled.append(service) or service != "worker"
    )
    assert run("roll", "inference", "worker", "gateway", "--wait", "5")[0] == 1
    assert rolled == ["inference", "worker"]


@pytest.mark.parametrize("service", ["edge", "redis"])
def test_services_with_a_single_replica_cannot_be_rolled(service: str) -> None:
    code, output = run("roll", service)
    assert code == 2
    assert "cannot be rolled" in " ".join(output.split())
