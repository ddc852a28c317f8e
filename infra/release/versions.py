"""The version of a release, and every place that repeats it."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

NUMBER = r"\d+\.\d+\.\d+"
_TAG = re.compile(rf"photo-critic/[\w-]+(?::|:\$\{{PHOTO_CRITIC_VERSION:-)({NUMBER})")
_CHART = re.compile(rf'^(?:version|appVersion): "?({NUMBER})"?$', re.MULTILINE)
_HEADING = re.compile(rf"^## ({NUMBER}), (.+)$", re.MULTILINE)
_TAGGED = ("docker-compose.yml", "infra/**/*.y*ml", "infra/**/*Dockerfile", "infra/**/*.md", "docs/*.md")


def project_version(root: Path) -> str:
    """The version of pyproject.toml, which the others repeat."""
    return _toml_version(root / "pyproject.toml")


def disagreements(root: Path) -> list[str]:
    """`file: version` for each file with another version than pyproject.toml."""
    version = project_version(root)
    return sorted({f"{name}: {found}" for name, found in places(root) if found != version})


def places(root: Path) -> Iterator[tuple[str, str]]:
    """Each file with its version: packages, chart, tags of images, changelog."""
    client = root / "services/client-js"
    yield "services/client/pyproject.toml", _toml_version(root / "services/client/pyproject.toml")
    for name in ("package.json", "package-lock.json"):
        yield f"services/client-js/{name}", json.loads((client / name).read_text("utf-8"))["version"]
    for found in _CHART.findall((root / "infra/helm/Chart.yaml").read_text("utf-8")):
        yield "infra/helm/Chart.yaml", found
    yield from image_tags(root)
    yield "CHANGELOG.md", newest_heading(root)[0]


def image_tags(root: Path) -> Iterator[tuple[str, str]]:
    """Each tag of an image in Compose, Dockerfiles, chart and documentation."""
    for path in sorted({path for pattern in _TAGGED for path in root.glob(pattern)}):
        for found in _TAG.findall(path.read_text("utf-8")):
            yield path.relative_to(root).as_posix(), found


def newest_heading(root: Path) -> tuple[str, str]:
    """Version and date of the changelog's first heading; the date may be `unreleased`."""
    found = _HEADING.search((root / "CHANGELOG.md").read_text("utf-8"))
    assert found is not None, "the changelog has no heading"
    return found[1], found[2]


def notes(root: Path) -> str:
    """The changelog of the newest version, without its heading."""
    first, *rest = _HEADING.finditer(text := (root / "CHANGELOG.md").read_text("utf-8"))
    return text[first.end() : rest[0].start() if rest else None].strip() + "\n"


def _toml_version(path: Path) -> str:
    version: str = tomllib.loads(path.read_text("utf-8"))["project"]["version"]
    return version
