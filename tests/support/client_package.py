"""`photo-critic-client` as a user installs it: its wheel, built and unpacked in a folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "services" / "client"


def build_client(folder: Path) -> Path:
    """The folder with the package, for PYTHONPATH."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=SOURCES, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"
