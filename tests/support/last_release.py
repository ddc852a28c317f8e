"""The code of the last release, and its services as processes beside those of this tree."""

import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
FIRST = "4dba87049e7208a56b08be536c0aad9fc11c9c3d"
"""Version 0.2.0, which has no tag."""
CONTENTS = ("services", "frontend", "pyproject.toml")
PACKAGES = ("core", "gateway", "worker", "inference")


def last_release(folder: Path) -> Path:
    """Unpack services and page of the newest tagged release before this commit; skips in a shallow clone."""
    described = _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^")
    archive = _git("archive", described.stdout.decode().strip() or FIRST, *CONTENTS)
    if archive.returncode:
        pytest.skip(f"the last release is not in this clone: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def start_service(code: Path, service: str, settings: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """`python -m critic_SERVICE` of a tree; the libraries are this environment's."""
    path = os.pathsep.join(str(code / "services" / package) for package in PACKAGES)
    variables = {f"CRITIC_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-P", "-m", f"critic_{service}"]
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    return subprocess.Popen(command, env=environment, cwd=code, stdout=log, stderr=log)


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
