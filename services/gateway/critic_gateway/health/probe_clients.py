"""Stores for probes and gauges, on a connection that fails fast: a probe must not wait for a Redis that hangs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class ProbeClients:
    """Settings and stores of probes and gauges."""

    settings: GatewaySettings
    redis: "redis.Redis"
    jobs: JobStore
    queue: PhotoQueue
    deliveries: DeliveryStore
    worker_status: WorkerStatusStore
    storage: Storage


@contextmanager
def probe_clients(settings: GatewaySettings) -> Iterator[ProbeClients]:
    """Open the clients of probes and gauges."""
    with connect(settings.redis_url, fail_fast=True) as client:
        yield ProbeClients(
            settings=settings,
            redis=client,
            jobs=JobStore(client),
            queue=PhotoQueue(client),
            deliveries=DeliveryStore(client),
            worker_status=WorkerStatusStore(client),
            storage=Storage(settings.storage_url),
        )
