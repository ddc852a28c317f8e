"""Runtimes beside the installed one: a folder first on the path, with the pinned version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def runtime_folder(package: str) -> Path:
    """The folder with the pinned `package`; skips the test where it cannot be installed, and fails it in CI."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = next(line.split()[0] for line in lock if line.startswith(f"{package}=="))
    folder = ROOT / ".cache" / pinned.replace("==", "-")
    if not folder.is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, pinned]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            reason = f"{pinned} cannot be installed: {done.stderr[-300:]}"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return folder


def first_on_path(folder: Path) -> dict[str, str]:
    """The environment in which `import` finds the folder's package."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))}
