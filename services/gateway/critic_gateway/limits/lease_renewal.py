"""Renewal of a lease in Redis while its holder works."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import ServiceUnavailable


@asynccontextmanager
async def renewed(renew: Callable[[], object], lease_seconds: float) -> AsyncIterator[None]:
    """Calls `renew` three times a lease, in a thread, inside the block."""
    renewals = asyncio.create_task(_keep_renewing(renew, lease_seconds / 3))
    try:
        yield
    finally:
        renewals.cancel()
        with suppress(asyncio.CancelledError):
            await renewals


async def _keep_renewing(renew: Callable[[], object], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        with suppress(ServiceUnavailable):  # the next renewal comes before the lease expires
            await run_in_threadpool(renew)
