"""The connection to Redis: timeouts, retries, key prefix, and translation of errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from critic_core.contracts.errors import QueueUnavailable

KEY_PREFIX = "critic:"
CHANGE_CHANNEL = f"{KEY_PREFIX}changes"
"""Pub/sub channel. Messages are ids of changed photos and albums, and keys of albums' results."""


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
    """Translate errors of the Redis client in the block to QueueUnavailable."""
    try:
        yield
    except RedisError as error:
        raise QueueUnavailable(f"The queue does not answer: {error}") from error
