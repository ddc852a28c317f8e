"""Clients of probes fail fast."""

import time

import pytest
from tests.support.ports import free_port

from critic_core.contracts.errors import QueueUnavailable
from critic_gateway.health.probe_clients import ProbeClients, probe_clients
from critic_gateway.settings import GatewaySettings


def test_a_hanging_redis_costs_a_probe_a_second_and_one_retry(clients: ProbeClients) -> None:
    options = clients.redis.connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (1, 1)


def test_without_redis_a_probe_fails_at_once() -> None:
    began = time.monotonic()
    settings = GatewaySettings(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    with probe_clients(settings) as clients, pytest.raises(QueueUnavailable):
        clients.jobs.backlog()
    assert time.monotonic() - began < 3
