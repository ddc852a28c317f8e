"""What a release publishes: names, destinations, sizes and digests."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

HEAD = "| to | what | MB | SHA-256 |\n|---|---|---|---|"


class Artifact(NamedTuple):
    """One file or image."""

    name: str
    size: int
    """Bytes."""
    digest: str
    """SHA-256, in hexadecimal digits."""

    @property
    def destination(self) -> str:
        """Where it is published; files are on the release's page, too."""
        if "/" in self.name:
            return "registry"
        if self.name.endswith(".whl"):
            return "PyPI"
        if self.name.endswith(".tgz"):
            return "registry, as a chart" if "-chart-" in self.name else "npm"
        return "release page"


def file_artifacts(folder: Path) -> list[Artifact]:
    """The files of a folder, by name."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [Artifact(path.name, path.stat().st_size, sha256(path.read_bytes()).hexdigest()) for path in files]


def render(artifacts: Iterable[Artifact]) -> str:
    """A table in Markdown."""
    rows = (
        f"| {artifact.destination} | {artifact.name} | {artifact.size / 1e6:.3f} | {artifact.digest} |"
        for artifact in artifacts
    )
    return "\n".join([HEAD, *rows])
