"""A real gateway process on a real queue server. No worker: the tests answer photos through the job store."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.redis_server import RedisServer, free_port
from tests.support.waiting import until

from critic_core.runtime.job_store import JobStore, connect


class Gateway:
    """A running gateway and what stands behind it."""

    def __init__(self, folder: Path, redis: RedisServer, settings: dict[str, str]) -> None:
        port = free_port()
        self.url, self.redis, self.storage = f"http://127.0.0.1:{port}", redis, folder / "storage"
        self.log = folder / "gateway.log"
        told = {"REDIS_URL": redis.url, "STORAGE_URL": self.storage.as_uri(), "GATEWAY_PORT": str(port), **settings}
        environment = {**os.environ, **{f"CRITIC_{name}": value for name, value in told.items()}}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "critic_gateway"], env=environment, stderr=log)
        self.client = httpx.Client(base_url=self.url, timeout=20)

    def alive(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.client.get("/livez").status_code == 200
        except httpx.TransportError:
            return False

    def store(self) -> JobStore:
        return JobStore(connect(self.redis.url))

    def stored(self) -> list[Path]:
        return [path for path in self.storage.rglob("*") if path.is_file()]

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start_gateway(tmp_path: Path, redis_server: RedisServer) -> Iterator[Callable[..., Gateway]]:
    started: list[Gateway] = []

    def start(**settings: str) -> Gateway:
        gateway = Gateway(tmp_path, redis_server, settings)
        started.append(gateway)
        until(gateway.alive, 20, "the gateway's first answer")
        return gateway

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture
def gateway(start_gateway: Callable[..., Gateway]) -> Gateway:
    return start_gateway()
