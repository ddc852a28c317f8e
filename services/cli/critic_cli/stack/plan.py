"""Which processes make up a local stack, and what each is told."""

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from critic_cli.refusal import Refusal
from critic_cli.stack.data_folder import DataFolder, RunningStack
from critic_cli.stack.ports import LOOPBACK, free_ports
from critic_cli.stack.queue_server import queue_server
from critic_cli.stack.service import Service
from critic_core.runtime.settings import CriticSettings, QueueSettings
from critic_core.runtime.webhooks.settings import WebhookSettings

Settings = TypeVar("Settings", bound=CriticSettings)


@dataclass(frozen=True)
class Wishes:
    """What the user asked for; None leaves the choice to the service, and so to its CRITIC_ variable."""

    host: str
    port: int
    data_folder: DataFolder
    workers: int | None = None
    device: str | None = None
    model_repository: Path | None = None
    inference: str | None = None  # host:port of a server that runs already


@dataclass(frozen=True)
class Plan:
    """Services in the order they start, and where to find them."""

    services: tuple[Service, ...]
    note: RunningStack


@dataclass(frozen=True)
class _OwnInference:
    """Ports of the inference server that belongs to the stack."""

    http: int
    grpc: int
    metrics: int


@dataclass(frozen=True)
class _Places:
    """Everything that two processes must agree on."""

    redis_url: str
    storage_url: str
    inference_grpc: str  # host:port
    own_inference: _OwnInference | None = None
    before: tuple[Service, ...] = field(default=())


def make_plan(wishes: Wishes) -> Plan:
    """A stack on free loopback ports. Refusal when the settings in the environment make no sense."""
    places = _places(wishes)
    last = (*_webhooks(places), _gateway(wishes, places))
    services = (*places.before, *_inference(wishes, places), _worker(wishes, places), *last)
    own = places.own_inference
    note = RunningStack(
        supervisor=os.getpid(),
        gateway_url=gateway_url(wishes.host, wishes.port),
        redis_url=places.redis_url,
        storage_url=places.storage_url,
        inference_grpc=places.inference_grpc,
        inference_http=f"http://{LOOPBACK}:{own.http}" if own else None,
    )
    return Plan(services, note)


def gateway_url(host: str, port: int) -> str:
    """Where a browser on this machine finds a gateway that listens there."""
    reachable = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(host, host)  # noqa: S104 - not a bind
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def queue_settings() -> QueueSettings:
    """What the environment says about queue and storage. Refusal, in a sentence, when it makes no sense."""
    return _read(QueueSettings)


def _read(settings: type[Settings]) -> Settings:
    try:
        return settings()
    except (ValidationError, OSError) as error:
        raise Refusal(f"The settings in the environment cannot be used: {_plain(error)}") from error


def _plain(error: ValidationError | OSError) -> str:
    if isinstance(error, OSError):
        return str(error)
    told = (f"{'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg']}" for each in error.errors())
    return "; ".join(told)


def _places(wishes: Wishes) -> _Places:
    told = queue_settings()
    queue, *ports = free_ports(4)
    own_storage = told.storage_url if "storage_url" in told.model_fields_set else wishes.data_folder.storage_url
    own = None if wishes.inference else _OwnInference(*ports)
    inference = f"{LOOPBACK}:{own.grpc}" if own else _another(wishes)
    if "redis_url" in told.model_fields_set:
        return _Places(told.redis_url, own_storage, inference, own)
    server = queue_server(wishes.data_folder.queue, queue)
    return _Places(server.url, own_storage, inference, own, before=(server.service,))


def _another(wishes: Wishes) -> str:
    """The server to use instead of one of our own. Refusal when it is no address, or was told what only ours can do."""
    address = wishes.inference or ""
    if not re.fullmatch(r"[^\s/]+:\d{1,5}", address):
        raise Refusal(f"The inference server (--inference, CRITIC_INFERENCE_URL) is a host:port, and not '{address}'.")
    if wishes.device is not None or wishes.model_repository is not None:
        raise Refusal(
            f"--device and --model-repository are for an inference server of our own; that at {address} has its own. "
            f"Leave them away, or --inference and CRITIC_INFERENCE_URL."
        )
    return address


def _inference(wishes: Wishes, places: _Places) -> tuple[Service, ...]:
    own = places.own_inference
    if own is None:
        return ()
    told = {
        "CRITIC_INFERENCE_HOST": LOOPBACK,
        "CRITIC_INFERENCE_HTTP_PORT": str(own.http),
        "CRITIC_INFERENCE_GRPC_PORT": str(own.grpc),
        "CRITIC_INFERENCE_METRICS_PORT": str(own.metrics),
        "CRITIC_INFERENCE_DRAIN_DELAY_SECONDS": "0",  # no balancer has to notice that it leaves
    }
    if wishes.device is not None:
        told["CRITIC_DEVICE"] = wishes.device
    if wishes.model_repository is not None:
        told["CRITIC_MODEL_REPOSITORY"] = str(wishes.model_repository.absolute())
    return (_python("inference", {**_common(places), **told}),)


def _worker(wishes: Wishes, places: _Places) -> Service:
    told = {"CRITIC_INFERENCE_URL": places.inference_grpc}
    if wishes.workers is not None:
        told["CRITIC_WORKER_CONCURRENCY"] = str(wishes.workers)
    # Longer than the worker's own soft shutdown, in which it finishes its photos or hands them back.
    return _python("worker", {**_common(places), **told}, stop_seconds=25)


def _webhooks(places: _Places) -> tuple[Service, ...]:
    """Who sends webhooks, where there is a secret to sign them with."""
    if not _read(WebhookSettings).webhooks_on:
        return ()
    # Longer than a try may take.
    return (_python("webhooks", _common(places), stop_seconds=20, module="critic_worker.webhooks"),)


def _gateway(wishes: Wishes, places: _Places) -> Service:
    told = {
        "CRITIC_GATEWAY_HOST": wishes.host,
        "CRITIC_GATEWAY_PORT": str(wishes.port),
        "CRITIC_GATEWAY_DRAIN_DELAY_SECONDS": "0",  # no balancer has to notice that it leaves
    }
    return _python("gateway", {**_common(places), **told})


def _common(places: _Places) -> dict[str, str]:
    return {
        "CRITIC_REDIS_URL": places.redis_url,
        "CRITIC_STORAGE_URL": places.storage_url,
        "CRITIC_LOG_FORMAT": os.environ.get("CRITIC_LOG_FORMAT") or "console",
        "PYTHONUNBUFFERED": "1",
    }


def _python(name: str, environment: dict[str, str], stop_seconds: float = 10, module: str | None = None) -> Service:
    # -P: a redis.py in the folder where the user happens to be must not be imported instead of the library.
    return Service(name, (sys.executable, "-P", "-m", module or f"critic_{name}"), environment, stop_seconds)
