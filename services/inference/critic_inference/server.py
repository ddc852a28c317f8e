"""The process: tell by HTTP how it is, load the models, answer, and leave without dropping a request."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import uvicorn
from prometheus_client import REGISTRY, start_http_server

from critic_core.runtime.logs import logger
from critic_core.runtime.metrics import BuildInfo
from critic_inference.gpus import gpu_collector
from critic_inference.metrics import InferenceCollector
from critic_inference.serving.catalogue import Catalogue, load_all, read_repository
from critic_inference.serving.dataplane import DataPlane
from critic_inference.serving.watch import Watch
from critic_inference.settings import InferenceSettings
from critic_inference.transports.grpc_service import grpc_server
from critic_inference.transports.http_routes import http_app

log = logger(__name__)


class InferenceServer:
    """Live from the start, ready once every model is; `stop` begins the drain."""

    def __init__(self, settings: InferenceSettings) -> None:
        self._settings = settings
        self._stopping = asyncio.Event()
        self._watch = Watch(settings)  # before the repository is read: what changes meanwhile is noticed later
        self._catalogue: Catalogue = read_repository(settings.model_repository)
        self._plane = DataPlane(self._catalogue)

    def stop(self) -> None:
        """Drain and end; called on the event loop (signal handlers are)."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until `stop`. Raises OSError or RuntimeError when a port is taken."""
        started = time.perf_counter()
        settings = self._settings
        http = _HttpServer(http_app(self._plane, settings.inference_max_request_bytes), _bind(settings))
        metrics, _ = start_http_server(settings.inference_metrics_port, settings.inference_host)
        REGISTRY.register(InferenceCollector(self._catalogue, self._plane))
        REGISTRY.register(BuildInfo("inference"))
        if gpus := gpu_collector(settings.device):
            REGISTRY.register(gpus)
        http.start()
        await load_all(self._catalogue, settings)
        # Its port opens last, as Triton's does: who knows a new replica by name only is refused, and asks another one.
        rpc = grpc_server(self._plane, _grpc_address(settings), settings.inference_max_request_bytes)
        await rpc.start()
        self._plane.open()
        self._say_ready(started)
        watching = asyncio.create_task(self._watch.run(self._catalogue), name="watch")
        await self._stopping.wait()
        watching.cancel()
        await self._drain(http, rpc)
        metrics.shutdown()
        metrics.server_close()
        log.info("stopped")

    def _say_ready(self, started: float) -> None:
        reasons = self._plane.unready()
        served = [f"{each.name}/{each.number} on {each.device}" for each in self._catalogue.versions() if each.device]
        seconds = round(time.perf_counter() - started, 3)
        if reasons:
            log.error("not_ready", reasons=reasons, serving=served, seconds=seconds)
        else:
            log.info("ready", serving=served, seconds=seconds, http=self._settings.inference_http_port)

    async def _drain(self, http: "_HttpServer", rpc: grpc.aio.Server) -> None:
        """Say "not ready" until balancers have left, then close the doors and let those inside finish."""
        self._plane.drain()
        log.info("draining", seconds=self._settings.inference_drain_delay_seconds)
        await asyncio.sleep(self._settings.inference_drain_delay_seconds)
        seconds = self._settings.inference_drain_deadline_seconds
        deadline = time.monotonic() + seconds
        await rpc.stop(seconds)
        # Last of all: while requests are under way, a balancer's checks are to hear "not ready", and not nothing.
        await http.stop(deadline - time.monotonic())
        batchers = [each.batcher for each in self._catalogue.versions() if each.batcher]
        await asyncio.gather(*(batcher.stop() for batcher in batchers))


class _HttpServer(uvicorn.Server):
    """Uvicorn on a socket of ours, on our loop, and without its own signal handlers."""

    def __init__(self, app: object, listener: socket.socket) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))  # type: ignore[arg-type]  # Starlette is an ASGI app
        self._listener = listener
        self._serving: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield

    def start(self) -> None:
        """Begin to answer."""
        self._serving = asyncio.create_task(self.serve(sockets=[self._listener]), name="http")

    async def stop(self, deadline: float) -> None:
        """Take no new connection; requests under way get `deadline` seconds."""
        self.config.timeout_graceful_shutdown = max(1, round(deadline))
        self.should_exit = True
        if self._serving is not None:
            await self._serving


def _bind(settings: InferenceSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.inference_host else socket.AF_INET
    listener = socket.create_server((settings.inference_host, settings.inference_http_port), family=family)
    # An answer's head and body are two writes: the second would wait 40 ms for the first one's acknowledgement. Asyncio
    # sees to that itself, but not with a socket that was made without naming its protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _grpc_address(settings: InferenceSettings) -> str:
    host = f"[{settings.inference_host}]" if ":" in settings.inference_host else settings.inference_host
    return f"{host}:{settings.inference_grpc_port}"
