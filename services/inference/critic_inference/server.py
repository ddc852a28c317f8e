"""The process: health over HTTP first, then the models, then gRPC; a drain at the end loses no request."""

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
from critic_inference.serving.repository_watcher import RepositoryWatcher
from critic_inference.settings import InferenceSettings
from critic_inference.transports.grpc_service import grpc_server
from critic_inference.transports.http_routes import http_app

log = logger(__name__)


class InferenceServer:
    """Live from the start, ready once every model is; `stop` begins the drain."""

    def __init__(self, settings: InferenceSettings) -> None:
        self._settings = settings
        self._stopping = asyncio.Event()
        self._watcher = RepositoryWatcher(settings)  # first: it notices changes made during the initial load
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
        # Its port opens last, as Triton's: clients of a replica that is not ready are refused, and try another one.
        rpc = grpc_server(self._plane, _grpc_address(settings), settings.inference_max_request_bytes)
        await rpc.start()
        self._plane.open()
        self._log_ready(started)
        polling = asyncio.create_task(self._watcher.run(self._catalogue), name="repository-watcher")
        await self._stopping.wait()
        polling.cancel()
        await self._drain(http, rpc)
        metrics.shutdown()
        metrics.server_close()
        log.info("stopped")

    def _log_ready(self, started: float) -> None:
        reasons = self._plane.unready()
        served = [f"{v.name}/{v.number} on {v.device}" for v in self._catalogue.versions() if v.device]
        seconds = round(time.perf_counter() - started, 3)
        if reasons:
            log.error("not_ready", reasons=reasons, serving=served, seconds=seconds)
        else:
            log.info("ready", serving=served, seconds=seconds, http=self._settings.inference_http_port)

    async def _drain(self, http: "_HttpServer", rpc: grpc.aio.Server) -> None:
        """Report "not ready" until balancers have noticed, then accept nothing new and finish requests in flight."""
        self._plane.drain()
        log.info("draining", seconds=self._settings.inference_drain_delay_seconds)
        await asyncio.sleep(self._settings.inference_drain_delay_seconds)
        seconds = self._settings.inference_drain_deadline_seconds
        deadline = time.monotonic() + seconds
        await rpc.stop(seconds)
        # Last: while requests are in flight, health checks must get "not ready", and no refused connection.
        await http.stop(deadline - time.monotonic())
        batchers = [version.batcher for version in self._catalogue.versions() if version.batcher]
        await asyncio.gather(*(batcher.stop() for batcher in batchers))


class _HttpServer(uvicorn.Server):
    """Uvicorn on an open socket and a running event loop, without its own signal handlers."""

    def __init__(self, app: object, listener: socket.socket) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))  # type: ignore[arg-type]  # Starlette is an ASGI app
        self._listener = listener
        self._serving: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield

    def start(self) -> None:
        """Start serving in a task."""
        self._serving = asyncio.create_task(self.serve(sockets=[self._listener]), name="http")

    async def stop(self, deadline: float) -> None:
        """Accept no new connection; requests in flight get `deadline` seconds."""
        self.config.timeout_graceful_shutdown = max(1, round(deadline))
        self.should_exit = True
        if self._serving is not None:
            await self._serving


def _bind(settings: InferenceSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.inference_host else socket.AF_INET
    listener = socket.create_server((settings.inference_host, settings.inference_http_port), family=family)
    # A response's head and body are two writes: with Nagle's algorithm the second waits 40 ms for the first one's
    # acknowledgement. Asyncio sets TCP_NODELAY itself, but only on sockets with an explicit protocol number.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _grpc_address(settings: InferenceSettings) -> str:
    host = f"[{settings.inference_host}]" if ":" in settings.inference_host else settings.inference_host
    return f"{host}:{settings.inference_grpc_port}"
