"""A release has one version: any place that says another is named."""

import json
from pathlib import Path

import pytest
from infra.release.versions import disagreements, newest_heading, notes

CHANGELOG = "# Changelog\n\n## 1.2.3, unreleased\n\n- New.\n\n### Fixed\n\n- Old.\n\n## 1.2.2, 2026-01-01\n\n- Older.\n"
FILES = {
    "pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "services/client/pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "services/client-js/package.json": json.dumps({"version": "1.2.3"}),
    "services/client-js/package-lock.json": json.dumps({"version": "1.2.3"}),
    "infra/helm/Chart.yaml": "apiVersion: v2\nversion: 1.2.3\nappVersion: 1.2.3\n",
    "docker-compose.yml": "image: photo-critic/gateway:${PHOTO_CRITIC_VERSION:-1.2.3}\n",
    "infra/docker/Dockerfile": "# -t photo-critic/inference:1.2.3-cuda\n",
    "docs/page.md": "docker run photo-critic/worker:1.2.3\n",
    "CHANGELOG.md": CHANGELOG,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_tree_of_one_version_agrees(repository: Path) -> None:
    assert disagreements(repository) == []


@pytest.mark.parametrize("name", [name for name in FILES if name != "pyproject.toml"])
def test_every_place_with_another_version_is_named(repository: Path, name: str) -> None:
    (repository / name).write_text(FILES[name].replace("1.2.3", "1.2.4"))
    assert disagreements(repository) == [f"{name}: 1.2.4"]


def test_a_new_version_of_the_project_disagrees_with_all_copies(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[project]\nversion = "2.0.0"\n')
    assert len(disagreements(repository)) == len(FILES) - 1


def test_notes_are_the_newest_part_of_the_changelog(repository: Path) -> None:
    assert newest_heading(repository) == ("1.2.3", "unreleased")
    assert notes(repository) == "- New.\n\n### Fixed\n\n- Old.\n"
