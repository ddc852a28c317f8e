"""The processes of a local stack, with their environments."""

import os
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from critic_cli.errors import CommandError
from critic_cli.stack.data_folder import DataFolder, RunningStack
from critic_cli.stack.ports import LOOPBACK, free_ports, is_listening
from critic_cli.stack.queue_server import queue_server
from critic_cli.stack.service import Service
from critic_core.runtime.settings import CriticSettings, QueueSettings
from critic_core.runtime.webhooks.settings import WebhookSettings

Settings = TypeVar("Settings", bound=CriticSettings)

# Celery's advice against root: on one machine, in a container, the user chose it.
_QUIET_ROOT = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True)
class StackOptions:
    """The user's options; None leaves the choice to the service, and so to its CRITIC_ variable."""

    host: str
    port: int
    data_folder: DataFolder
    workers: int | None = None
    device: str | None = None
    model_repository: Path | None = None
    inference: str | None = None  # host:port of an external server


@dataclass(frozen=True)
class Plan:
    """Services in their order of start, and the stack's addresses."""

    services: tuple[Service, ...]
    note: RunningStack


@dataclass(frozen=True)
class _InferencePorts:
    """Ports of the stack's own inference server."""

    http: int
    grpc: int
    metrics: int


@dataclass(frozen=True)
class _Addresses:
    """Addresses that several processes share."""

    redis_url: str
    storage_url: str
    inference_grpc: str  # host:port
    inference_ports: _InferencePorts | None = None
    queue_services: tuple[Service, ...] = field(default=())


def make_plan(options: StackOptions) -> Plan:
    """A stack on free loopback ports. CommandError for unusable settings in the environment."""
    addresses = _addresses(options)
    services = (
        *addresses.queue_services,
        *_inference(options, addresses),
        _worker(options, addresses),
        *_webhooks(addresses),
        _gateway(options, addresses),
    )
    ports = addresses.inference_ports
    note = RunningStack(
        supervisor=os.getpid(),
        gateway_url=gateway_url(options.host, options.port),
        redis_url=addresses.redis_url,
        storage_url=addresses.storage_url,
        inference_grpc=addresses.inference_grpc,
        inference_http=f"http://{LOOPBACK}:{ports.http}" if ports else None,
    )
    return Plan(services, note)


def gateway_url(host: str, port: int) -> str:
    """The URL of the gateway for a browser on this machine."""
    reachable = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(host, host)  # noqa: S104 - not a bind
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def queue_settings() -> QueueSettings:
    """Settings of queue and storage from the environment. CommandError for unusable ones."""
    return _read(QueueSettings)


def _read(settings: type[Settings]) -> Settings:
    try:
        return settings()
    except (ValidationError, OSError) as error:
        raise CommandError(f"The settings in the environment cannot be used: {_sentence(error)}") from error


def _sentence(error: ValidationError | OSError) -> str:
    if isinstance(error, OSError):
        return str(error)
    details = error.errors()
    return "; ".join(f"{'.'.join(map(str, detail['loc'])) or 'settings'}: {detail['msg']}" for detail in details)


def _addresses(options: StackOptions) -> _Addresses:
    settings = queue_settings()
    queue_port, *ports = free_ports(4)
    storage_configured = "storage_url" in settings.model_fields_set
    storage_url = settings.storage_url if storage_configured else options.data_folder.storage_url
    inference_ports = None if options.inference else _InferencePorts(*ports)
    inference = f"{LOOPBACK}:{inference_ports.grpc}" if inference_ports else _external_inference(options)
    if "redis_url" in settings.model_fields_set:
        return _Addresses(settings.redis_url, storage_url, inference, inference_ports)
    server = queue_server(options.data_folder.queue, queue_port)
    return _Addresses(server.url, storage_url, inference, inference_ports, queue_services=(server.service,))


def _external_inference(options: StackOptions) -> str:
    """The address of an external inference server. CommandError for another form, or for options of our own server."""
    address = options.inference or ""
    if not re.fullmatch(r"[^\s/]+:\d{1,5}", address):
        raise CommandError(
            f"The address of an inference server (--inference, CRITIC_INFERENCE_URL) is host:port, not '{address}'."
        )
    if options.device is not None or options.model_repository is not None:
        raise CommandError(
            f"--device and --model-repository are for the stack's own inference server; the server at {address} has "
            f"its own device and models. Omit them, or omit --inference and CRITIC_INFERENCE_URL."
        )
    return address


def _inference(options: StackOptions, addresses: _Addresses) -> tuple[Service, ...]:
    ports = addresses.inference_ports
    if ports is None:
        return ()
    environment = {
        "CRITIC_INFERENCE_HOST": LOOPBACK,
        "CRITIC_INFERENCE_HTTP_PORT": str(ports.http),
        "CRITIC_INFERENCE_GRPC_PORT": str(ports.grpc),
        "CRITIC_INFERENCE_METRICS_PORT": str(ports.metrics),
        "CRITIC_INFERENCE_DRAIN_DELAY_SECONDS": "0",  # there is no load balancer
    }
    if options.device is not None:
        environment["CRITIC_DEVICE"] = options.device
    if options.model_repository is not None:
        environment["CRITIC_MODEL_REPOSITORY"] = str(options.model_repository.absolute())
    # Its gRPC port opens when its models are loaded; workers that start before log failed connections.
    server = _python("inference", {**_common(addresses), **environment})
    return (replace(server, is_up=lambda: is_listening(ports.grpc), start_seconds=60),)


def _worker(options: StackOptions, addresses: _Addresses) -> Service:
    environment = {"CRITIC_INFERENCE_URL": addresses.inference_grpc, "PYTHONWARNINGS": _QUIET_ROOT}
    if options.workers is not None:
        environment["CRITIC_WORKER_CONCURRENCY"] = str(options.workers)
    # Longer than the worker's own soft shutdown, in which it finishes or requeues its photos.
    return _python("worker", {**_common(addresses), **environment}, stop_seconds=25)


def _webhooks(addresses: _Addresses) -> tuple[Service, ...]:
    """The sender of webhooks, if there is a secret for signing them."""
    if not _read(WebhookSettings).webhooks_on:
        return ()
    # Longer than the limit of one attempt.
    return (_python("webhooks", _common(addresses), stop_seconds=20, module="critic_worker.webhooks"),)


def _gateway(options: StackOptions, addresses: _Addresses) -> Service:
    environment = {
        "CRITIC_GATEWAY_HOST": options.host,
        "CRITIC_GATEWAY_PORT": str(options.port),
        "CRITIC_GATEWAY_DRAIN_DELAY_SECONDS": "0",  # there is no load balancer
    }
    return _python("gateway", {**_common(addresses), **environment})


def _common(addresses: _Addresses) -> dict[str, str]:
    return {
        "CRITIC_REDIS_URL": addresses.redis_url,
        "CRITIC_STORAGE_URL": addresses.storage_url,
        "CRITIC_LOG_FORMAT": os.environ.get("CRITIC_LOG_FORMAT") or "console",
        "PYTHONUNBUFFERED": "1",
    }


def _python(name: str, environment: dict[str, str], stop_seconds: float = 10, module: str | None = None) -> Service:
    # -P: a redis.py in the user's current folder must not be imported in place of the library.
    return Service(name, (sys.executable, "-P", "-m", module or f"critic_{name}"), environment, stop_seconds)
