"""Prints what one extra of pyproject.toml needs, our own distribution left out.

An image installs these first, as a layer of their own, which stays cached while only our code changes.

    python requirements_of.py gateway < pyproject.toml
"""

import re
import sys
import tomllib
from typing import Any

OURS = re.compile(r"photo-critic\[([^\]]+)\]$")


def requirements_of(extra: str, project: dict[str, Any]) -> list[str]:
    """Every requirement of `extra`, those of the extras it names included, sorted. KeyError for an unknown extra."""
    found: set[str] = set(project["dependencies"])
    for requirement in project["optional-dependencies"][extra]:
        if ours := OURS.match(requirement):
            found.update(*(requirements_of(name.strip(), project) for name in ours[1].split(",")))
        else:
            found.add(requirement)
    return sorted(found)


if __name__ == "__main__":
    project = tomllib.load(sys.stdin.buffer)["project"]
    sys.stdout.writelines(f"{requirement}\n" for requirement in requirements_of(sys.argv[1], project))
