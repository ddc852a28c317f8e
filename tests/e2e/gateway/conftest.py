"""A gateway process on a queue server. No worker runs: tests finish photos in the job store."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore

START_SECONDS = 120  # on a machine with ten times as much to do; two otherwise


class Gateway:
    """A running gateway, its queue server and its storage."""

    def __init__(self, folder: Path, redis: RedisServer, settings: dict[str, str]) -> None:
        port = free_port()
        self.url, self.redis, self.storage = f"http://127.0.0.1:{port}", redis, folder / "storage"
        self.log = folder / "gateway.log"
        values = {"REDIS_URL": redis.url, "STORAGE_URL": self.storage.as_uri(), "GATEWAY_PORT": str(port)}
        values |= {"GATEWAY_DRAIN_DELAY_SECONDS": "0", **settings}
        environment = {**os.environ, **{f"CRITIC_{name}": value for name, value in values.items()}}
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


Start = Callable[..., Gateway]


@contextmanager
def gateways(folder: Path) -> Iterator[Start]:
    """A queue server, and gateways with settings on it."""
    server, started = RedisServer(folder), list[Gateway]()
    server.start()

    def start(**settings: str) -> Gateway:
        gateway = Gateway(folder, server, settings)
        started.append(gateway)
        until(gateway.alive, START_SECONDS, "the first response of the gateway")
        return gateway

    try:
        yield start
    finally:
        for gateway in started:
            gateway.stop()
        server.stop()


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[Start]:
    """Gateways with settings, or with counters at zero."""
    with gateways(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("gateway")) as start:
        yield start()


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Gateway:
    """The shared gateway; queue and storage are empty."""
    with connect(shared_gateway.redis.url) as client:
        client.flushall()
    shutil.rmtree(shared_gateway.storage, ignore_errors=True)
    return shared_gateway
