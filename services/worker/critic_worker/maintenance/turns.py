"""Turns of maintenance: of all workers, one does a periodic task at a time."""

import redis

from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors

# With Redis full, maintenance makes room.
_TAKE = """#!lua flags=allow-oom
return redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) and 1 or 0
"""


def turn_key(task: str) -> str:
    """The name of a turn in Redis."""
    return f"{KEY_PREFIX}maintenance:{task}"


def claim_run(client: "redis.Redis", task: str, seconds: float) -> bool:
    """True for the first caller; no other one has the turn for so many seconds. Raises QueueUnavailable."""
    with redis_errors():
        return bool(client.eval(_TAKE, 1, turn_key(task), str(int(seconds * 1000))))
