"""Waiting for photos to be finished."""

import asyncio
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.photo import Photo
from critic_core.stores.jobs import JobStore
from critic_gateway.notifications.subscriber import Bell


async def finished(photo_ids: list[str], seconds: float, store: JobStore, bell: Bell) -> list[Photo]:
    """The photos as they are when all are finished, or when the time is up. PhotoNotFound when one is gone."""
    deadline = asyncio.get_running_loop().time() + seconds
    return [await _one(photo_id, deadline, store, bell) for photo_id in photo_ids]


async def _one(photo_id: str, deadline: float, store: JobStore, bell: Bell) -> Photo:
    with bell.awaited(photo_id) as event:
        while True:
            event.clear()
            photo = await run_in_threadpool(store.get, photo_id)
            left = deadline - asyncio.get_running_loop().time()
            if photo.state.final or left <= 0:
                return photo
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), left)
