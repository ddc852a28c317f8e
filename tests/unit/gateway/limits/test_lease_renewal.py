"""Renewals of a lease: as long as the block runs, also after one that failed."""

import asyncio

from critic_core.contracts.errors import QueueUnavailable
from critic_gateway.limits.lease_renewal import renewed


def test_a_failed_renewal_is_followed_by_the_next_until_the_block_ends() -> None:
    renewals = 0

    def renew() -> None:
        nonlocal renewals
        renewals += 1
        raise QueueUnavailable

    async def work() -> None:
        async with asyncio.timeout(60), renewed(renew, 0.01):
            while renewals < 3:
                await asyncio.sleep(0.001)

    asyncio.run(work())
    assert renewals >= 3
