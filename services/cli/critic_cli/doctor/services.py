"""Checks of the running services: queue, storage, inference server, gateway."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from critic_cli.doctor.finding import Finding, broken, good, note
from critic_cli.doctor.machine import nearest_existing
from critic_cli.errors import CommandError
from critic_cli.stack.data_folder import DataFolder, RunningStack
from critic_cli.stack.plan import queue_settings
from critic_cli.stack.ports import port_problem
from critic_cli.stack.queue_server import queue_is_up
from critic_cli.stack.readiness import local_client, missing_parts
from critic_cli.stack.stale_processes import identity
from critic_core.contracts.errors import StorageUnavailable
from critic_core.runtime.settings import QueueSettings
from critic_core.runtime.storage import Storage

_NOT_RUNNING = "Not running; `photo-critic up` starts it."


def check_services(folder: DataFolder, url: str | None) -> list[Finding]:
    """One finding a service. A local stack that does not run is a note, not a problem."""
    try:
        settings = queue_settings()
    except CommandError as refusal:
        return [broken("Settings", str(refusal), "Correct the variables that begin with CRITIC_.")]
    stack = _running(folder)
    return [
        _queue(settings, stack),
        _storage(settings, folder),
        _inference(stack),
        _gateway(url or (stack.gateway_url if stack else None)),
    ]


def _running(folder: DataFolder) -> RunningStack | None:
    stack = folder.running_stack()
    return stack if stack and any(identity(pid) == known for pid, known in stack.processes.items()) else None


def _queue(settings: QueueSettings, stack: RunningStack | None) -> Finding:
    configured = "redis_url" in settings.model_fields_set
    if not configured and stack is None:
        return note("Queue", _NOT_RUNNING)
    url = settings.redis_url if configured or stack is None else stack.redis_url
    address = urlsplit(url)
    shown = f"{address.hostname}:{address.port}"  # without the password
    if queue_is_up(url):
        return good("Queue", f"answers at {shown}")
    return broken("Queue", f"does not answer at {shown}", "Start it, or correct CRITIC_REDIS_URL (address, password).")


def _storage(settings: QueueSettings, folder: DataFolder) -> Finding:
    configured = "storage_url" in settings.model_fields_set
    if not configured and not folder.path.exists():
        return _new_folder(folder.path)
    url = settings.storage_url if configured else folder.storage_url
    try:
        Storage(url).check()
    except (StorageUnavailable, ImportError, ValueError) as error:
        return broken(
            "Storage",
            f"{url}: {error.__cause__ or error}",
            "Make it writable, or name another storage in CRITIC_STORAGE_URL.",
        )
    return good("Storage", f"{url}: writable and readable")


def _new_folder(path: Path) -> Finding:
    parent = nearest_existing(path)
    if os.access(parent, os.W_OK | os.X_OK):
        return good("Storage", f"{path} will be created at the first start")
    return broken("Storage", f"{parent} is not writable", "Keep the data elsewhere with --data-folder.")


def _inference(stack: RunningStack | None) -> Finding:
    if stack is not None and stack.inference_http is not None:
        return _inference_ready(stack.inference_http)
    address = stack.inference_grpc if stack else os.environ.get("CRITIC_INFERENCE_URL")
    return _inference_listens(address) if address else note("Inference", _NOT_RUNNING)


def _inference_ready(url: str) -> Finding:
    try:
        with local_client() as http:
            response = http.get(f"{url}/v2/health/ready")
    except httpx.HTTPError as error:
        return broken(
            "Inference", f"does not answer at {url}: {error}", "The output of `photo-critic up` has its error."
        )
    if response.is_success:
        return good("Inference", f"ready at {url}")
    return broken(
        "Inference", f"is not ready: {response.text.strip()}", "The output of `photo-critic up` has its error."
    )


def _inference_listens(address: str) -> Finding:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
    except (OSError, ValueError) as error:
        return broken("Inference", f"{address}: {error}", "Start it, or correct CRITIC_INFERENCE_URL (host:port).")
    return good("Inference", f"a server listens at {address}")


def _gateway(url: str | None) -> Finding:
    if url is None:
        return _future_port()
    with local_client() as http:
        missing = missing_parts(url, http)
    if missing is None:
        return good("Gateway", f"ready at {url}")
    return broken("Gateway", f"{url}: {missing}", "See the parts above; `photo-critic up` starts a stack here.")


def _future_port() -> Finding:
    port = int(os.environ.get("PORT") or 8000)
    problem = port_problem("127.0.0.1", port)
    return note("Gateway", problem) if problem else note("Gateway", f"{_NOT_RUNNING} Port {port} is free.")
