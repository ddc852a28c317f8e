"""Gauges that are read at each scrape: backlog, webhooks, Redis, storage."""

from typing import Any

from redis.exceptions import NoPermissionError, RedisError

from critic_core.contracts.errors import CriticError
from critic_core.contracts.photo import Lane
from critic_core.runtime.redis_client import BACKUP_KEY
from critic_core.stores.photo_queue import LaneStatus
from critic_gateway import metrics
from critic_gateway.health.probe_clients import ProbeClients
from critic_gateway.health.readiness import Readiness
from critic_gateway.limits.admission import backlog_limit

_FROM_REDIS = (
    metrics.BACKLOG,
    metrics.BACKLOG_LIMIT,
    metrics.EXPECTED_WAIT,
    metrics.DEAD_LETTERS,
    metrics.WEBHOOKS_PENDING,
    metrics.WEBHOOKS_OLDEST_PENDING,
    metrics.LAST_BACKUP,
    metrics.REDIS_MEMORY,
    metrics.REDIS_MEMORY_LIMIT,
    metrics.REDIS_PERSISTS,
    metrics.REDIS_CLIENTS,
    metrics.REDIS_EVICTED,
)
_UNKNOWN = float("nan")
"""Seconds since the epoch; backups write it: `photo-critic ops backup`, and the chart's CronJob."""


def update_gauges(clients: ProbeClients, readiness: Readiness) -> None:
    """Set all gauges; those that cannot be read are NaN."""
    for name, check in readiness.checks.items():
        metrics.READY.labels(name).set(check.ok)
    free = clients.storage.free_bytes()
    metrics.STORAGE_FREE.set(_UNKNOWN if free is None else free)
    # With the queue down, a scrape would wait for its deadlines a second time.
    if not (readiness.checks["queue"].ok and _read_redis(clients)):
        for gauge in _FROM_REDIS:
            gauge.set(_UNKNOWN)
        _set_lanes(dict.fromkeys(Lane, LaneStatus(_UNKNOWN, _UNKNOWN)))


def _read_redis(clients: ProbeClients) -> bool:
    """False when Redis has gone down since the check."""
    try:
        _read_stores(clients)
        info: Any = clients.redis.info()
        last_backup = _last_backup(clients)
    except (CriticError, RedisError):
        return False
    metrics.LAST_BACKUP.set(last_backup)
    metrics.REDIS_MEMORY.set(info["used_memory"])
    metrics.REDIS_MEMORY_LIMIT.set(info["maxmemory"])
    metrics.REDIS_PERSISTS.set(info["aof_enabled"] == 1 and info["aof_last_write_status"] == "ok")
    metrics.REDIS_CLIENTS.set(info["connected_clients"])
    metrics.REDIS_EVICTED.set(info["evicted_keys"])
    return True


def _last_backup(clients: ProbeClients) -> float:
    """NaN without the right to read it: Redis still has the users of an earlier release."""
    try:
        seconds: Any = clients.redis.get(BACKUP_KEY)
    except NoPermissionError:
        return _UNKNOWN
    return float(seconds or 0)


def _read_stores(clients: ProbeClients) -> None:
    load = clients.jobs.load()
    metrics.BACKLOG.set(load.backlog)
    metrics.BACKLOG_LIMIT.set(backlog_limit(load, clients.settings))
    metrics.EXPECTED_WAIT.set(load.wait_seconds())
    _set_lanes(clients.queue.lanes())
    metrics.DEAD_LETTERS.set(clients.jobs.count_dead_letters())
    metrics.WEBHOOKS_PENDING.set(clients.deliveries.pending())
    metrics.WEBHOOKS_OLDEST_PENDING.set(clients.deliveries.oldest_due_seconds())


def _set_lanes(lanes: dict[Lane, LaneStatus]) -> None:
    for lane, status in lanes.items():
        metrics.QUEUED.labels(lane.value).set(status.photos)
        metrics.OLDEST_QUEUED.labels(lane.value).set(status.oldest_seconds)
