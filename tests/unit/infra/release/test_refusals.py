"""What is no release: changes outside the commit, and, except in a rehearsal, no date and no tag."""

import pytest
from infra.release import __main__ as command
from infra.release.versions import project_version


@pytest.fixture(autouse=True)
def clean_tree(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What git says, by subcommand; the changelog has no date yet."""
    answers = {"status": "", "tag": ""}
    monkeypatch.setattr(command, "git", lambda name, *_: answers[name])
    monkeypatch.setattr(command, "newest_heading", lambda _: ("0.0.0", "unreleased"))
    return answers


def test_a_rehearsal_needs_neither_date_nor_tag() -> None:
    assert [*command.refusals(dry_run=True)] == []


def test_a_release_needs_both(clean_tree: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    tag = f"v{project_version(command.ROOT)}"
    assert [*command.refusals(dry_run=False)] == ["the changelog has no date", f"this commit has no tag {tag}"]
    monkeypatch.setattr(command, "newest_heading", lambda _: ("0.0.0", "2026-11-28"))
    clean_tree["tag"] = f"another\n{tag}\n"
    assert [*command.refusals(dry_run=False)] == []


def test_nothing_is_built_of_a_changed_tree(
    clean_tree: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clean_tree["status"] = " M README.md\n?? new.txt\n"
    monkeypatch.setattr(command, "disagreements", lambda _: ["CHANGELOG.md: 9.9.9"])
    monkeypatch.delattr(command, "build_all")
    assert command.main(["--dry-run"]) == 2
    version = project_version(command.ROOT)
    assert capsys.readouterr().err.splitlines() == [
        "no release:",
        f"- CHANGELOG.md: 9.9.9, not {version}",
        "- not committed: README.md",
        "- not committed: new.txt",
    ]


def test_images_are_left_out_where_no_engine_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "engine_missing", lambda: "no daemon")
    assert [*command.image_artifacts(["gateway"])] == []
    assert capsys.readouterr().err == "images are not built: no daemon\n"
