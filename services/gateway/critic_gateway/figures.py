"""Figures that are looked up when Prometheus asks: what waits, what Redis and the storage say of themselves."""

from typing import Any

from redis.exceptions import RedisError

from critic_core.contracts.errors import CriticError
from critic_gateway import measures
from critic_gateway.admission import most_waiting
from critic_gateway.parts import Parts
from critic_gateway.readiness import Readiness

_OF_REDIS = (
    measures.BACKLOG,
    measures.WAIT,
    measures.BACKLOG_LIMIT,
    measures.OLDEST,
    measures.WEBHOOKS,
    measures.WEBHOOKS_OLDEST,
    measures.DEAD_LETTERS,
    measures.REDIS_MEMORY,
    measures.REDIS_MEMORY_LIMIT,
    measures.REDIS_PERSISTS,
    measures.REDIS_CLIENTS,
    measures.REDIS_EVICTED,
)


def look_up(parts: Parts, readiness: Readiness) -> None:
    """Set every gauge that is not counted along the way."""
    for name, check in readiness.checks.items():
        measures.READY.labels(name).set(check.ok)
    free = parts.storage.free_bytes()
    measures.STORAGE_FREE.set(float("nan") if free is None else free)
    # Where the queue does not answer, a scrape would wait for its deadlines a second time.
    if not (readiness.checks["queue"].ok and _ask_redis(parts)):
        for gauge in _OF_REDIS:  # better no figure than an old one
            gauge.set(float("nan"))


def _ask_redis(parts: Parts) -> bool:
    """False when it went away meanwhile."""
    try:
        load = parts.store.load()
        measures.BACKLOG.set(load.backlog)
        measures.WAIT.set(load.wait_seconds())
        measures.BACKLOG_LIMIT.set(most_waiting(load, parts.settings))
        measures.OLDEST.set(parts.store.oldest_queued_seconds())
        measures.WEBHOOKS.set(parts.deliveries.waiting())
        measures.WEBHOOKS_OLDEST.set(parts.deliveries.oldest_due_seconds())
        measures.DEAD_LETTERS.set(parts.store.count_dead_letters())
        told: Any = parts.redis.info()
    except (CriticError, RedisError):
        return False
    measures.REDIS_MEMORY.set(told["used_memory"])
    measures.REDIS_MEMORY_LIMIT.set(told["maxmemory"])
    measures.REDIS_PERSISTS.set(told["aof_enabled"] == 1 and told["aof_last_write_status"] == "ok")
    measures.REDIS_CLIENTS.set(told["connected_clients"])
    measures.REDIS_EVICTED.set(told["evicted_keys"])
    return True
