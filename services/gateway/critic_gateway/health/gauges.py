"""Figures that are looked up when Prometheus asks: what waits, what Redis and the storage say of themselves."""

from typing import Any

from redis.exceptions import RedisError

from critic_core.contracts.errors import CriticError
from critic_gateway import metrics
from critic_gateway.dependencies import Parts
from critic_gateway.health.readiness import Readiness
from critic_gateway.limits.admission import most_waiting

_OF_REDIS = (
    metrics.BACKLOG,
    metrics.WAIT,
    metrics.BACKLOG_LIMIT,
    metrics.OLDEST,
    metrics.WEBHOOKS,
    metrics.WEBHOOKS_OLDEST,
    metrics.DEAD_LETTERS,
    metrics.REDIS_MEMORY,
    metrics.REDIS_MEMORY_LIMIT,
    metrics.REDIS_PERSISTS,
    metrics.REDIS_CLIENTS,
    metrics.REDIS_EVICTED,
)


def look_up(parts: Parts, readiness: Readiness) -> None:
    """Set every gauge that is not counted along the way."""
    for name, check in readiness.checks.items():
        metrics.READY.labels(name).set(check.ok)
    free = parts.storage.free_bytes()
    metrics.STORAGE_FREE.set(float("nan") if free is None else free)
    # Where the queue does not answer, a scrape would wait for its deadlines a second time.
    if not (readiness.checks["queue"].ok and _ask_redis(parts)):
        for gauge in _OF_REDIS:  # better no figure than an old one
            gauge.set(float("nan"))


def _ask_redis(parts: Parts) -> bool:
    """False when it went away meanwhile."""
    try:
        load = parts.store.load()
        metrics.BACKLOG.set(load.backlog)
        metrics.WAIT.set(load.wait_seconds())
        metrics.BACKLOG_LIMIT.set(most_waiting(load, parts.settings))
        metrics.OLDEST.set(parts.store.oldest_queued_seconds())
        metrics.WEBHOOKS.set(parts.deliveries.waiting())
        metrics.WEBHOOKS_OLDEST.set(parts.deliveries.oldest_due_seconds())
        metrics.DEAD_LETTERS.set(parts.store.count_dead_letters())
        told: Any = parts.redis.info()
    except (CriticError, RedisError):
        return False
    metrics.REDIS_MEMORY.set(told["used_memory"])
    metrics.REDIS_MEMORY_LIMIT.set(told["maxmemory"])
    metrics.REDIS_PERSISTS.set(told["aof_enabled"] == 1 and told["aof_last_write_status"] == "ok")
    metrics.REDIS_CLIENTS.set(told["connected_clients"])
    metrics.REDIS_EVICTED.set(told["evicted_keys"])
    return True
