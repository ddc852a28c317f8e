"""Runs in a container of the gateway's image: deletes the photos named on standard input, with all their counts."""

import sys

from critic_core.runtime.redis_client import connect
from critic_core.runtime.settings import QueueSettings
from critic_core.stores.jobs import JobStore

if __name__ == "__main__":
    jobs = JobStore(connect(QueueSettings().redis_url))
    for photo_id in sys.stdin.read().split():
        jobs.delete(photo_id)
