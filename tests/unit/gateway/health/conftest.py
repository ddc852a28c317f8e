"""Clients of probes on the shared queue server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from tests.support.redis_server import RedisServer

from critic_gateway.health.probe_clients import ProbeClients, probe_clients
from critic_gateway.settings import GatewaySettings


@pytest.fixture
def clients(redis_server: RedisServer, client: "redis.Redis", tmp_path: Path) -> Iterator[ProbeClients]:
    with probe_clients(GatewaySettings(redis_url=redis_server.url, storage_url=tmp_path.as_uri())) as clients:
        yield clients
