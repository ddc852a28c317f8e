"""The connection to Redis: deadlines, retries, the prefix of every key, and Redis' errors as those of this project."""

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
"""Pub/sub channel. A message names what changed: the id of a photo or an album, or the key of an album's result."""

log = logger(__name__)


def connect(url: str, fail_fast: bool = False) -> "redis.Redis":
    """A client with a deadline on every call. A call that a restart of Redis interrupts is retried for a second.

    `fail_fast` is for probes and gauges, whose callers wait for a few seconds only: a Redis that hangs costs two.
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
    """Turn errors of the Redis client inside the block into QueueFull or QueueUnavailable."""
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
