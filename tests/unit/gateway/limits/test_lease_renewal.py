"""Renewals of a lease: as long as the block runs, also after one that failed."""

import asyncio
import threading
from itertools import count

from critic_core.contracts.errors import QueueUnavailable
from critic_gateway.limits.lease_renewal import renewed


def test_a_failed_renewal_is_followed_by_the_next_until_the_block_ends() -> None:
    renewals, enough = count(1), threading.Event()

    def renew() -> None:
        if next(renewals) == 3:
            enough.set()
        raise QueueUnavailable

    async def work() -> bool:
        async with renewed(renew, 0.01):
            return await asyncio.to_thread(enough.wait, 60)

    assert asyncio.run(work())
