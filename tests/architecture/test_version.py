"""Packages, chart, tags of images and the changelog have the version of pyproject.toml."""

from infra.release.versions import disagreements, places
from tests.architecture.prose import ROOT


def test_every_place_has_the_version_of_the_project() -> None:
    assert disagreements(ROOT) == []


def test_the_places_are_found() -> None:
    found = {name for name, _ in places(ROOT)}
    assert {
        "docker-compose.yml",
        "infra/compose/triton.yml",
        "infra/docker/Dockerfile",
        "infra/helm/Chart.yaml",
    } <= found
