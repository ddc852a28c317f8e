"""Single-flight: of all callers without a result, one sends the request to a worker."""

import redis

from critic_core.runtime.redis_client import redis_errors


def request_key(result: str) -> str:
    """The request for the result of that key in Redis; whoever deletes it ends the request."""
    return f"{result}:request"


def acquire_request(client: "redis.Redis", result: str, seconds: float) -> bool:
    """True for the one caller who sends the request, until its end or for this long. Raises QueueUnavailable."""
    with redis_errors():
        return bool(client.set(request_key(result), 1, nx=True, px=int(seconds * 1000)))
