"""Gauges: read at each scrape, NaN while unknown."""

import math

import pytest
from prometheus_client import Gauge
from redis.exceptions import NoPermissionError
from tests.support.critiques import make_photo

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.redis_client import BACKUP_KEY
from critic_gateway import metrics
from critic_gateway.health.gauges import update_gauges
from critic_gateway.health.probe_clients import ProbeClients
from critic_gateway.health.readiness import Check, Readiness


def readiness(queue: bool) -> Readiness:
    return Readiness(ready=queue, checks={"queue": Check(ok=queue, detail="")})


def value(gauge: Gauge) -> float:
    (sample,) = next(iter(gauge.collect())).samples
    return float(sample.value)


def lanes(gauge: Gauge) -> dict[str, float]:
    return {sample.labels["lane"]: sample.value for sample in next(iter(gauge.collect())).samples}


def test_gauges_have_the_values_of_the_stores(clients: ProbeClients) -> None:
    photo = make_photo(PhotoState.queued)
    clients.jobs.create(photo)
    clients.queue.enqueue([photo.id])
    update_gauges(clients, readiness(queue=True))
    assert value(metrics.BACKLOG) == 1
    assert lanes(metrics.QUEUED) == {"interactive": 0, "batch": 1}
    assert 0 <= lanes(metrics.OLDEST_QUEUED)["batch"] < 60
    assert value(metrics.BACKLOG_LIMIT) == clients.settings.max_backlog
    assert value(metrics.WEBHOOKS_PENDING) == value(metrics.DEAD_LETTERS) == 0
    assert value(metrics.REDIS_PERSISTS) == 1
    assert value(metrics.LAST_BACKUP) == 0


def test_without_the_right_to_it_only_the_time_of_the_last_backup_is_unknown(
    clients: ProbeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise NoPermissionError("NOPERM No permissions to access a key")

    monkeypatch.setattr(clients.redis, "get", refuse)
    update_gauges(clients, readiness(queue=True))
    assert math.isnan(value(metrics.LAST_BACKUP))
    assert value(metrics.BACKLOG) == 0


def test_the_time_of_the_last_backup_is_known(clients: ProbeClients) -> None:
    clients.redis.set(BACKUP_KEY, 1_795_000_000)
    update_gauges(clients, readiness(queue=True))
    assert value(metrics.LAST_BACKUP) == 1_795_000_000
    assert value(metrics.REDIS_MEMORY) > 0
    assert value(metrics.STORAGE_FREE) > 0


def test_gauges_are_nan_while_redis_is_down(clients: ProbeClients, monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise QueueUnavailable

    update_gauges(clients, readiness(queue=False))
    assert math.isnan(value(metrics.BACKLOG))
    update_gauges(clients, readiness(queue=True))
    assert value(metrics.BACKLOG) == 0
    monkeypatch.setattr(clients.jobs, "load", load)  # down since the check
    update_gauges(clients, readiness(queue=True))
    assert math.isnan(value(metrics.BACKLOG))
    assert math.isnan(value(metrics.REDIS_MEMORY))
    assert math.isnan(lanes(metrics.QUEUED)["batch"])
