"""The TypeScript client, built by npm in a folder of its own."""

import shutil
import subprocess
from pathlib import Path

from tests.support.missing import service_missing

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "services" / "client-js"


def build_client(folder: Path) -> Path:
    """The built package below `folder`; the test is skipped without npm."""
    if shutil.which("npm") is None:
        service_missing("npm builds the TypeScript client, and is not here")
    package = folder / "services" / "client-js"
    shutil.copytree(SOURCES, package, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "openapi.json", folder / "docs")
    npm("ci", "--no-audit", "--no-fund", cwd=package)
    npm("run", "build", cwd=package)
    return package


def bundle(package: Path, page: Path, server: str, to: Path) -> None:
    """The files of a page, with its script for that server and the client in one."""
    source = package / "page.ts"
    source.write_text((page / "page.ts").read_text("utf-8").replace("http://127.0.0.1:8000", server), "utf-8")
    esbuild(package, source, to / "page.js")
    shutil.copy(page / "index.html", to)


def esbuild(package: Path, source: Path, to: Path, *options: str) -> None:
    """A script and the client in one file."""
    alias = f"--alias:@photo-critic/client={package / 'dist' / 'index.js'}"
    npm(
        "exec",
        "--",
        "esbuild",
        str(source),
        "--bundle",
        "--format=esm",
        alias,
        f"--outfile={to}",
        *options,
        cwd=package,
    )


def npm(*arguments: str, cwd: Path) -> None:
    ran = subprocess.run(["npm", *arguments], cwd=cwd, capture_output=True, text=True, timeout=250, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
