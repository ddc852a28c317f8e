"""The time limit of a body."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from critic_core.contracts.errors import UploadTimeout


@asynccontextmanager
async def upload_timeout(seconds: float) -> AsyncIterator[None]:
    """Limits the block, which receives a body. Raises UploadTimeout."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UploadTimeout from None
