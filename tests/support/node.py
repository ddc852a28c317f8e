"""Modules of the page, run by Node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"


def run_with_module(module: str, script: str, *arguments: str | Path) -> str:
    """What the script prints; `process.argv[1]` is the module's address. Without Node: skipped, but failed in CI."""
    if shutil.which("node") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("node is not here: npm")
    address = (FRONTEND / module).as_uri()
    command: list[str | Path] = ["node", "--input-type=module", "-e", script, address, *arguments]
    return subprocess.run(command, check=True, timeout=60, stdout=subprocess.PIPE, text=True).stdout
