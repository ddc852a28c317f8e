"""The connection to Redis: timeouts, retries, key prefix, and translation of errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError
from redis.retry import Retry

from critic_core.contracts.errors import QueueFull, QueueUnavailable
from critic_core.runtime.logs import logger

KEY_PREFIX = "critic:"
BACKUP_KEY = f"{KEY_PREFIX}backup"  # when the last backup ended, seconds since the epoch
CHANGE_CHANNEL = f"{KEY_PREFIX}changes"
"""Pub/sub channel. Messages are ids of changed photos and albums, and keys of albums' results."""

log = logger(__name__)


class CommandRetry(Retry):
    """Retries of a command. Belongs to one connection.

    redis-py runs a health check by the same policy within each attempt: 4 retries were 25 timeouts of a hanging Redis.
    """

    def __init__(self, retries: int) -> None:
        super().__init__(ExponentialBackoff(cap=0.5, base=0.05), retries)
        self._single, self._running = Retry(NoBackoff(), 0), False

    def call_with_retry(self, *args: Any, **options: Any) -> Any:
        """Retry the outermost call; a call within it has one attempt."""
        if self._running:
            return self._single.call_with_retry(*args, **options)
        self._running = True
        try:
            return super().call_with_retry(*args, **options)
        finally:
            self._running = False


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
        retry=CommandRetry(1 if fail_fast else 4),
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
