"""Image tags in Compose, Dockerfiles and documentation, and the chart, have the version of pyproject.toml."""

import re
import tomllib

import pytest
from tests.architecture.prose import ROOT, pages

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
NUMBER = r"(\d+\.\d+\.\d+)"
TAG = re.compile(rf"photo-critic/[\w-]+(?::|:\$\{{PHOTO_CRITIC_VERSION:-){NUMBER}")
FILES = sorted(
    {
        ROOT / "docker-compose.yml",
        *(path for name in ("*.yml", "*.yaml", "*Dockerfile", "*.py") for path in (ROOT / "infra").rglob(name)),
        *(page.path for page in pages()),
    }
)
TAGGED = {path.relative_to(ROOT).as_posix(): TAG.findall(path.read_text("utf-8")) for path in FILES}


def test_images_have_a_version_in_compose_and_dockerfiles() -> None:
    tagged = " ".join(name for name, versions in TAGGED.items() if versions)
    assert all(name in tagged for name in ("docker-compose.yml", "triton.yml", "Dockerfile"))


def test_the_chart_has_the_version_of_the_project() -> None:
    chart = (ROOT / "infra/helm/Chart.yaml").read_text("utf-8")
    assert re.findall(rf'(?m)^(?:version|appVersion): "?{NUMBER}"?$', chart) == [VERSION, VERSION]


@pytest.mark.parametrize("name", [name for name, versions in TAGGED.items() if versions])
def test_every_image_has_the_version_of_the_project(name: str) -> None:
    assert set(TAGGED[name]) == {VERSION}
