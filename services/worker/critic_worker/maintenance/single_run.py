"""Periodic tasks of maintenance: of all workers, one runs a task at a time."""

import redis

from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors

# With Redis full, maintenance makes room.
_CLAIM = """#!lua flags=allow-oom
return redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) and 1 or 0
"""


def run_key(task: str) -> str:
    """The name of a run in Redis."""
    return f"{KEY_PREFIX}maintenance:{task}"


def claim_run(client: "redis.Redis", task: str, seconds: float) -> bool:
    """True for the first caller; no other one runs the task for so many seconds. Raises QueueUnavailable."""
    with redis_errors():
        return bool(client.eval(_CLAIM, 1, run_key(task), str(int(seconds * 1000))))
