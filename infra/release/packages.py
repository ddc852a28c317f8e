"""The files of a release: wheels, npm package, chart, and lists of what the wheels install."""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from cyclonedx.model.component import Component, ComponentType
from infra.docker.requirements_of import closure, read_lock, requirements_of
from infra.supply_chain.sbom import Package, document
from packageurl import PackageURL

PYTHON = (".", "services/client")
JAVASCRIPT = "services/client-js"


def build_all(root: Path, out: Path, version: str) -> None:
    """Build every file of a release into an empty folder. Raises CalledProcessError."""
    for source in PYTHON:
        build_wheel(root / source, out)
    build_npm_package(root, out)
    build_chart(root, out / f"photo-critic-chart-{version}.tgz")
    (out / f"photo-critic-{version}.cdx.json").write_text(wheel_sbom(root, version), "utf-8")


def build_wheel(source: Path, out: Path) -> None:
    """A wheel with the time of the commit: the same bytes on every machine."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    _run(command, source, {"SOURCE_DATE_EPOCH": commit_time(source)})


def build_npm_package(root: Path, out: Path) -> None:
    """The TypeScript client as `npm publish` takes it, built apart from the sources, and a list of its packages."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / JAVASCRIPT
        shutil.copytree(root / JAVASCRIPT, package, ignore=shutil.ignore_patterns("node_modules", "dist"))
        (Path(folder) / "docs").mkdir()
        shutil.copy(root / "docs/openapi.json", Path(folder) / "docs")
        for step in (["ci", "--no-audit", "--no-fund"], ["run", "build"], ["pack", "--pack-destination", str(out)]):
            _run(["npm", *step], package)
        listed = _run(["npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"], package)
        (out / "photo-critic-client-js.cdx.json").write_text(listed, "utf-8")


def build_chart(root: Path, file: Path) -> None:
    """The chart as `helm package` makes it, with the time of the commit."""
    chart = root / "infra/helm"
    excluded = [f":(exclude){name}" for name in (chart / ".helmignore").read_text("utf-8").split()]
    _run(["git", "archive", "--prefix=photo-critic/", f"--output={file}", "HEAD", "--", ".", *excluded], chart)


def wheel_sbom(root: Path, version: str) -> str:
    """The locked packages that `photo-critic[local]` installs, which is everything without training, as CycloneDX."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    lock = read_lock((root / "requirements.lock").read_text("utf-8"))
    pins = (package.pin.split()[0].split("==") for package in closure(requirements_of("local", project), lock))
    subject = Component(name="photo-critic", type=ComponentType.APPLICATION, version=version)
    return document(subject, [Package(PackageURL("pypi", None, name, number)) for name, number in pins])


def commit_time(folder: Path) -> str:
    """Seconds since 1970 of the newest commit."""
    return _run(["git", "show", "--no-patch", "--format=%ct", "HEAD"], folder).strip()


def _run(command: list[str], folder: Path, variables: Mapping[str, str] | None = None) -> str:
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    done.check_returncode()
    return done.stdout
