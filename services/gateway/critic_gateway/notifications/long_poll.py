"""Long poll for finished photos."""

import asyncio
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.photo import Photo
from critic_core.stores.jobs import JobStore
from critic_gateway.notifications.subscriber import ChangeSubscriber


async def wait_until_finished(
    photo_ids: list[str], seconds: float, jobs: JobStore, changes: ChangeSubscriber
) -> list[Photo]:
    """The photos once all are finished, or at the timeout as they are. PhotoNotFound for a deleted photo."""
    deadline = asyncio.get_running_loop().time() + seconds
    return [await _wait_for_photo(photo_id, deadline, jobs, changes) for photo_id in photo_ids]


async def _wait_for_photo(photo_id: str, deadline: float, jobs: JobStore, changes: ChangeSubscriber) -> Photo:
    with changes.watch(photo_id) as changed:
        while True:
            changed.clear()
            photo = await run_in_threadpool(jobs.get, photo_id)
            remaining = deadline - asyncio.get_running_loop().time()
            if photo.state.final or remaining <= 0:
                return photo
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), remaining)
