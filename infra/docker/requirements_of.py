"""Prints the locked packages of extras of pyproject.toml, with hashes, for `pip install --require-hashes`.

    python infra/docker/requirements_of.py gateway s3

The lock has all packages of all extras, each with the packages that depend on it; an extra's are those that its
requirements lead to. pip rejects an install with a package that is missing here. PyTorch is no part of the lock, and
brings its own CUDA libraries.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"photo-critic\[([^\]]+)\]$")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PACKAGE = re.compile(r"^(?P<pin>(?P<name>[\w.-]+)==.+\n(?:    --hash=.+\n)+)(?P<via>(?:    #.*\n)+)", re.MULTILINE)
_CUDA_LIBRARY = re.compile(r"nvidia-|cuda-|triton$")


@dataclass(frozen=True)
class Package:
    """A locked package: its name, its lines of the lock, and the packages that depend on it."""

    name: str
    pin: str
    dependents: frozenset[str]


def requirements_of(extra: str, project: dict[str, Any]) -> list[str]:
    """Every requirement of `extra`, those of nested extras included, sorted. KeyError for an unknown extra."""
    found: set[str] = set(project["dependencies"])
    for requirement in project["optional-dependencies"][extra]:
        if ours := OURS.match(requirement):
            found.update(*(requirements_of(name.strip(), project) for name in ours[1].split(",")))
        else:
            found.add(requirement)
    return sorted(found)


def read_lock(text: str) -> list[Package]:
    """The packages of a lock with hashes and annotations, as uv writes it."""
    return [
        Package(found["name"], found["pin"], frozenset(re.findall(r"[\w.-]+", found["via"])))
        for found in _PACKAGE.finditer(text)
    ]


def closure(requirements: Iterable[str], packages: list[Package]) -> list[Package]:
    """The packages that the requirements lead to, sorted as in the lock. KeyError for one that is not locked."""
    names = {_normal(requirement) for requirement in requirements}
    if missing := names - {package.name for package in packages} - {"torch"}:
        raise KeyError(f"not in the lock: {', '.join(sorted(missing))}")
    while more := {package.name for package in packages if package.name not in names and _is_needed(package, names)}:
        names |= more
    return [package for package in packages if package.name in names]


def _is_needed(package: Package, names: set[str]) -> bool:
    dependents = package.dependents - {"torch"} if _CUDA_LIBRARY.match(package.name) else package.dependents
    return not dependents.isdisjoint(names)


def _normal(requirement: str) -> str:
    found = _NAME.match(requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _lines(extras: list[str]) -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = [requirement for extra in extras for requirement in requirements_of(extra, project)]
    packages = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    return (package.pin for package in closure(requirements, packages))


if __name__ == "__main__":
    sys.stdout.writelines(_lines(sys.argv[1:]))
