"""Prints the requirements of one extra of pyproject.toml, without our own distribution.

Images install them first, in a separate layer that stays cached while only our code changes.

    python requirements_of.py gateway < pyproject.toml
"""

import re
import sys
import tomllib
from typing import Any

OURS = re.compile(r"photo-critic\[([^\]]+)\]$")


def requirements_of(extra: str, project: dict[str, Any]) -> list[str]:
    """Every requirement of `extra`, those of nested extras included, sorted. KeyError for an unknown extra."""
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
