"""Threads for calls of the storage, apart from the threads of all other calls: slow storage delays no other request."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

STORAGE_THREADS = 32

T = TypeVar("T")

_limiter = RunVar[CapacityLimiter]("storage_threads")  # one for each event loop


async def in_storage_thread(call: Callable[..., T], *arguments: object) -> T:
    """The result of a call that reads or writes storage. Waits for a free thread among those of storage."""
    return await to_thread.run_sync(call, *arguments, limiter=_storage_limiter())


def _storage_limiter() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(STORAGE_THREADS)
        _limiter.set(limiter)
        return limiter
