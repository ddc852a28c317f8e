"""The doctor's findings, with remedies."""

import resource
from pathlib import Path

import pytest
from tests.support.tiny_model import publish_tiny_model

from critic_cli.doctor import machine
from critic_cli.doctor.finding import Finding, State
from critic_cli.doctor.installation import check_installation, import_problems
from critic_cli.doctor.machine import check_machine
from critic_cli.doctor.models import check_models
from critic_cli.doctor.services import check_services
from critic_cli.stack.data_folder import DataFolder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a model with the true digest in its manifest."""
    publish_tiny_model(tmp_path)
    monkeypatch.setenv("CRITIC_MODEL_REPOSITORY", str(tmp_path))
    return tmp_path


def the_only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_sound_model_is_found_sound(repository: Path) -> None:
    finding = the_only(check_models())
    assert (finding.state, finding.sentence.startswith("aesthetics 1: ")) == (State.good, True)


def test_weights_that_are_not_the_manifests_are_found(repository: Path) -> None:
    with (repository / "aesthetics" / "1" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    assert "not the file that its manifest describes" in the_only(check_models()).sentence


@pytest.mark.parametrize("name", ["1/model.onnx", "config.pbtxt"])
def test_a_missing_file_is_found(repository: Path, name: str) -> None:
    (repository / "aesthetics" / name).unlink()
    finding = the_only(check_models())
    assert finding.state is State.broken
    assert Path(name).name in finding.sentence


def test_a_manifest_that_cannot_be_read_is_found(repository: Path) -> None:
    (repository / "aesthetics" / "1" / "manifest.json").write_text("{}")
    assert the_only(check_models()).state is State.broken


def test_an_empty_repository_says_how_to_fill_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_MODEL_REPOSITORY", str(tmp_path))
    assert "make model" in the_only(check_models()).advice


def test_a_library_that_does_not_load_is_reported_by_name() -> None:
    problems = import_problems(["json", "no_such_library_at_all"])
    assert list(problems) == ["no_such_library_at_all"]
    assert "ModuleNotFoundError" in problems["no_such_library_at_all"]


def test_this_installation_is_complete() -> None:
    assert [finding for finding in check_installation() if finding.state is not State.good] == []


def test_too_few_open_files_and_too_little_disk_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (128, 128))
    monkeypatch.setattr(machine, "_LEAST_DISK", 10**18)
    monkeypatch.setattr(machine, "_ENOUGH_DISK", 10**19)
    python, files, disk = check_machine(tmp_path / "not" / "made" / "yet")
    assert (python.state, files.state, disk.state) == (State.good, State.broken, State.broken)
    assert files.advice == "Before starting: ulimit -n 4096"


def test_a_stack_that_does_not_run_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRITIC_REDIS_URL", "CRITIC_STORAGE_URL", "CRITIC_INFERENCE_URL"):
        monkeypatch.delenv(name, raising=False)
    findings = check_services(DataFolder(tmp_path / "new"), None)
    assert {finding.state for finding in findings} == {State.note, State.good}
    assert not (tmp_path / "new").exists()


def test_a_configured_service_that_does_not_answer_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://:secret@127.0.0.1:9/0")
    monkeypatch.setenv("CRITIC_INFERENCE_URL", "127.0.0.1:9")
    queue, storage, inference, gateway = check_services(DataFolder(tmp_path), "http://127.0.0.1:9")
    assert [finding.state for finding in (queue, storage, inference, gateway)] == [
        State.broken, State.good, State.broken, State.broken,
    ]  # fmt: skip
    assert "secret" not in queue.sentence


def test_unusable_settings_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_PHOTO_TTL_SECONDS", "soon")
    assert the_only(check_services(DataFolder(tmp_path), None)).part == "Settings"
