"""The client's own package: few dependencies, one version, nothing of the repository in its imports."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.support.client_package import SOURCES, build_client

CLIENT = tomllib.loads((SOURCES / "pyproject.toml").read_text("utf-8"))["project"]
PROJECT = tomllib.loads((SOURCES.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
MOST_PACKAGES = 12


def test_it_installs_at_most_a_dozen_packages() -> None:
    assert len(with_dependencies(CLIENT["dependencies"])) <= MOST_PACKAGES


def test_the_clients_have_the_version_and_the_requirements_of_the_project() -> None:
    typescript = json.loads((SOURCES.with_name("client-js") / "package.json").read_text("utf-8"))
    assert CLIENT["version"] == typescript["version"] == PROJECT["version"]
    required = {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["client"]}
    assert {*CLIENT["dependencies"], *CLIENT["optional-dependencies"]["webhooks"]} <= required


def test_the_wheel_imports_nothing_of_the_repository(tmp_path: Path) -> None:
    package = build_client(tmp_path)
    code = (
        "import sys, photo_critic_client, photo_critic_client.webhooks as webhooks\n"
        "from photo_critic_client.contracts.errors import PhotoNotFound\n"
        "print(photo_critic_client.__file__, issubclass(photo_critic_client.NoServer, Exception))\n"
        "assert not [name for name in sys.modules if name.startswith('critic_')]\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(package)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert str(package) in ran.stdout
    assert not [
        path
        for path in package.rglob("*.py")
        if re.search(r"^\s*(from|import) critic_", path.read_text("utf-8"), re.MULTILINE)
    ]


def with_dependencies(requirements: list[str]) -> set[str]:
    """The names of all packages that pip installs for these."""
    names, pending = set[str](), list(requirements)
    while pending:
        requirement = Requirement(pending.pop())
        name = canonicalize_name(requirement.name)
        if name not in names and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            names.add(name)
            pending += requires(requirement.name) or []
    return names
