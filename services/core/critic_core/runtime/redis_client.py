"""The connection to Redis: timeouts, retries, key prefix, and translation of errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import OutOfMemoryError, RedisError
from redis.retry import Retry

from critic_core.contracts.errors import QueueFull, QueueUnavailable
from critic_core.runtime.logs import logger

KEY_PREFIX = "critic:"
CHANGE_CHANNEL = f"{KEY_PREFIX}changes"
"""Pub/sub channel. Messages are ids of changed photos and albums, and keys of albums' results."""

log = logger(__name__)


def connect(url: str, fail_fast: bool = False) -> "redis.Redis":
    """A client with a timeout for every call, and retries for a second, the duration of a restart of Redis.

    `fail_fast` is for probes and gauges with a deadline of a few seconds: a hanging Redis costs two.
    """
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=1 if fail_fast else 5,
        socket_connect_timeout=1 if fail_fast else 2,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), retries=1 if fail_fast else 4),
        retry_on_error=[redis.ConnectionError, redis.TimeoutError],
    )


@contextmanager
def redis_errors() -> Iterator[None]:
    """Translate errors of the Redis client in the block to QueueFull or QueueUnavailable."""
    try:
        yield
    except RedisError as error:
        raise queue_error(error) from error


def queue_error(error: Exception) -> QueueUnavailable:
    """The error for callers: a sentence without addresses. The cause is in the log."""
    if isinstance(error, OutOfMemoryError) or isinstance(error.__cause__, OutOfMemoryError):  # kombu wraps it
        return QueueFull()
    log.warning("queue_unavailable", error=str(error))
    return QueueUnavailable()
