"""Calls of the storage have threads of their own."""

import asyncio
import threading

from starlette.concurrency import run_in_threadpool

from critic_gateway.http.storage_threads import STORAGE_THREADS, in_storage_thread


def test_more_slow_calls_than_threads_delay_no_other_call() -> None:
    finish = threading.Event()

    async def run() -> None:
        slow = [asyncio.create_task(in_storage_thread(finish.wait, 10)) for _ in range(STORAGE_THREADS + 20)]
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(run_in_threadpool(lambda: "fast"), 2) == "fast"
        finish.set()
        assert all(await asyncio.gather(*slow))

    asyncio.run(run())
