"""A real Triton: the `tritonserver` binary of the nvidia-pytriton wheel, in a separate environment.

The wheel has Triton's Python backend only. So `onnxruntime`, which our config.pbtxt asks for, is here a backend written
in Python (triton_backend/model.py): Triton reads the very model repository that we ship, and batches, warms and reports
by itself; only what computes a batch is ours.

The environment is kept in ~/.cache/photo-critic/triton (XDG_CACHE_HOME is honoured) and made once: about 450 MB.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.inference.server_process import Server, running
from tests.support.ports import free_ports

PACKAGES = ["nvidia-pytriton==0.7.0", "onnxruntime>=1.22"]
PYTHONS = ["python3.11", "python3.12", "python3.10"]  # the wheel pins numpy<2, which has none for Python 3.13
WHAT = ("http", "grpc", "metrics")
MODEL_CODE = Path(__file__).with_name("triton_backend") / "model.py"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photo-critic" / "triton"


class TritonMissing(Exception):
    """Triton cannot be installed on this machine; the message is the reason."""


@dataclass(frozen=True)
class Launch:
    """How to start it."""

    command: list[str]
    env: dict[str, str]
    cwd: Path


@contextmanager
def triton_server(repository: Path, folder: Path, *options: str, wait_ready: bool = True) -> Iterator[Server]:
    """A Triton over the models of `repository`; log and backends go to `folder`. Raises TritonMissing."""
    ports = free_ports(3)
    launch = triton_launch(repository, folder, ports, *options)
    command, env, cwd = launch.command, launch.env, launch.cwd
    with running("triton", command, ports, folder, env=env, cwd=cwd, wait_ready=wait_ready) as server:
        yield server


def triton_launch(repository: Path, folder: Path, ports: Sequence[int], *options: str) -> Launch:
    """A Triton on these loopback ports (HTTP, gRPC, metrics). Raises TritonMissing."""
    python, packages = install()
    triton = packages / "pytriton" / "tritonserver"
    command = [
        str(triton / "bin" / "tritonserver"),
        f"--model-repository={repository}",
        f"--backend-directory={_backends(folder / 'backends', triton)}",
        *(f"--{what}-address=127.0.0.1" for what in WHAT),
        *(f"--{what}-port={port}" for what, port in zip(WHAT, ports, strict=True)),
        "--exit-timeout-secs=5",
        "--model-config-name=auto",
        *options,
    ]
    libraries = f"{_config_var(python, 'LIBDIR')}:{packages / 'nvidia_pytriton.libs'}"
    env = os.environ | {"LD_LIBRARY_PATH": libraries, "PYTHONPATH": str(packages)}
    # The backend's embedded Python ignores PYTHONPATH, but looks into its working folder first.
    return Launch(command, env, packages)


def need_triton() -> None:
    """Skips where Triton cannot be had, and fails in CI."""
    try:
        install()
    except TritonMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def install() -> tuple[str, Path]:
    """The Python and the site-packages with Triton in it; installed when missing. Raises TritonMissing."""
    python = _python()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs must not install at once
        if not (CACHE / "complete").exists():
            _install(python)
            (CACHE / "complete").touch()
    return python, _site_packages(python)


def _backends(folder: Path, triton: Path) -> Path:
    """Triton's Python backend, and ours in Python under the name that config.pbtxt asks for."""
    (folder / "onnxruntime").mkdir(parents=True, exist_ok=True)
    shutil.copy(MODEL_CODE, folder / "onnxruntime" / "model.py")
    if not (folder / "python").exists():
        (folder / "python").symlink_to(triton / "backends" / "python")
    return folder


def _python() -> str:
    """A Python whose library the backend's stub can load."""
    for name in PYTHONS:
        if shutil.which(name) and _works(name) and _config_var(name, "Py_ENABLE_SHARED") == "1":
            return name
    raise TritonMissing(f"Triton's Python backend needs one of {', '.join(PYTHONS)}, built with --enable-shared")


def _works(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


def _config_var(python: str, name: str) -> str:
    code = f"import sysconfig; print(sysconfig.get_config_var({name!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, check=True, text=True).stdout.strip()


def _site_packages(python: str) -> Path:
    return CACHE / "venv" / "lib" / Path(python).name / "site-packages"


def _install(python: str) -> None:
    venv = CACHE / "venv"
    try:
        subprocess.run([python, "-m", "venv", "--clear", str(venv)], check=True, capture_output=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise TritonMissing(f"Triton could not be installed: {error.stderr[-2000:]}") from error
    triton = _site_packages(python) / "pytriton" / "tritonserver"
    (triton / "bin" / "tritonserver").chmod(0o755)
    stub = triton / "python_backend_stubs" / python.removeprefix("python") / "triton_python_backend_stub"
    shutil.copy(stub, triton / "backends" / "python")
