"""Long polls: a request waits for a value in the store, and reads it again whenever it may have changed."""

import asyncio
import math
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import Self, TypeVar

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import CriticError
from critic_core.contracts.photo import Photo
from critic_core.stores.jobs import JobStore
from critic_gateway.notifications.subscriber import ChangeSubscriber

Value = TypeVar("Value")


class LongPoll:
    """Waits for values until a deadline, `seconds` from now.

    Reads a value, in a thread, at once, after each change, and after `longest_wait` seconds without one.
    """

    def __init__(self, changes: ChangeSubscriber, seconds: float, longest_wait: float = math.inf) -> None:
        self._changes = changes
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._longest_wait = longest_wait

    async def value(self, name: str, read: Callable[[], Value], enough: Callable[[Value], bool]) -> Value:
        """What `read` returns once that is enough, or at the deadline; `name` is notified of changes."""
        with self._changes.watch(name) as changed:
            while True:
                changed.clear()
                value = await run_in_threadpool(read)
                if enough(value) or self._remaining() <= 0:
                    return value
                await self.changed(changed)

    async def changed(self, event: asyncio.Event) -> None:
        """Return when the event of a watch is set, at the latest after `longest_wait` or at the deadline."""
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), min(self._remaining(), self._longest_wait))

    async def computed(self, name: str, read: Callable[[], Value | None], pending: type[CriticError]) -> Value:
        """What `read` returns once there is anything, as in `value`. Raises `pending` at the deadline."""
        value = await self.value(name, read, lambda value: value is not None)
        if value is None:
            raise pending
        return value

    def _remaining(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()


async def wait_until_finished(
    photo_ids: list[str], seconds: float, jobs: JobStore, changes: ChangeSubscriber
) -> list[Photo]:
    """The photos once all are finished, or at the timeout as they are. PhotoNotFound for a deleted photo."""
    poll = LongPoll(changes, seconds)
    return [await poll.value(photo_id, partial(jobs.get, photo_id), _is_final) for photo_id in photo_ids]


class UploadWait:
    """The wait of an upload for its critiques: photos are watched before they are queued, and then read once."""

    def __init__(self, seconds: float, jobs: JobStore, changes: ChangeSubscriber) -> None:
        self.seconds, self._jobs, self._changes = seconds, jobs, changes
        self._watches, self._events = ExitStack(), dict[str, asyncio.Event]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._watches.close()

    def watch(self, photo_ids: list[str]) -> None:
        """Watch photos that are not queued yet."""
        for photo_id in photo_ids if self.seconds else ():
            self._events[photo_id] = self._watches.enter_context(self._changes.watch(photo_id))

    async def finished(self, photo_ids: list[str]) -> list[Photo]:
        """The photos as `wait_until_finished` returns them; a watched one is not read before its first change."""
        poll = LongPoll(self._changes, self.seconds)
        for photo_id in photo_ids:
            if event := self._events.get(photo_id):
                await poll.changed(event)
        return [await poll.value(photo_id, partial(self._jobs.get, photo_id), _is_final) for photo_id in photo_ids]


def _is_final(photo: Photo) -> bool:
    return photo.state.final
