"""Redis' append-only file holds deleted values until its next rewrite, which Redis alone starts only when the file has
doubled. Regular rewrites bound that time, for expired values too.
"""

from typing import Any

import redis

from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import redis_errors
from critic_worker.maintenance.single_run import claim_run

log = logger(__name__)

TASK = "rewrite"


def rewrite_when_due(client: "redis.Redis", seconds: float) -> None:
    """Start a rewrite, if no worker has for so many seconds; 0: never. Raises QueueUnavailable."""
    if not seconds or not _can_rewrite(client) or not claim_run(client, TASK, seconds):
        return
    with redis_errors():
        try:
            client.bgrewriteaof()
        except redis.ResponseError as error:  # a managed Redis may forbid it, and a user's rights, too
            log.warning("append_only_file_not_rewritten", error=str(error))


def _can_rewrite(client: "redis.Redis") -> bool:
    """True with an append-only file that is not under a rewrite: a deletion in the middle of one needs the next."""
    with redis_errors():
        status: Any = client.info("persistence")
    return bool(status["aof_enabled"]) and not (status["aof_rewrite_in_progress"] or status["aof_rewrite_scheduled"])
