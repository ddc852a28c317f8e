import asyncio
import time
from contextlib import asynccontextmanager

import numpy as np
import pytest
from tests.unit.inference.sessions import Doubler, rows

from critic_inference.batching.batcher import FAILURES_BEFORE_PROBE, Batcher, DeviceProbe
from critic_inference.batching.policy import BatchPolicy
from critic_inference.batching.statistics import Failure, Statistics
from critic_inference.errors import ComputeFailed, ModelNotReady, QueueFull, QueueTimeout

LONG_DELAY = 30.0  # seconds; no test waits for it


@asynccontextmanager
async def batching(session, probe=None, **policy):
    policy = BatchPolicy(**{"max_rows": 8, "combine": True, **policy})
    batcher = Batcher(session, policy, statistics := Statistics(), probe=probe)
    batcher.start()
    try:
        yield batcher, statistics
    finally:
        session.gate.set()
        await batcher.stop()


def submit(batcher, *values, **schedule):
    feeds = rows(*values)
    return asyncio.create_task(batcher.infer(feeds, len(values), **schedule))


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition may be in a compute thread
            await asyncio.sleep(0.001)


async def values(*tasks):
    async with asyncio.timeout(5):
        return [(await task)["y"][:, 0].tolist() for task in tasks]


def run(scenario):
    asyncio.run(scenario())


def test_while_one_batch_is_computed_the_next_gathers():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, statistics):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            rest = [submit(batcher, value) for value in range(2, 8)]
            await until(lambda: batcher.pending == 6)
            session.gate.set()
            assert await values(first, *rest) == [[2], [4], [6], [8], [10], [12], [14]]
        assert session.batches == [1, 6]
        assert (statistics.inferences, statistics.executions, statistics.success.count) == (7, 2, 7)
        assert set(statistics.batches) == {1, 6}

    run(scenario)


def test_a_preferred_size_goes_at_once_and_the_rest_waits():
    async def scenario():
        session = Doubler()
        async with batching(session, preferred=(4,), max_delay=LONG_DELAY) as (batcher, _):
            requests = [submit(batcher, value) for value in range(5)]
            assert await values(*requests[:4]) == [[0], [2], [4], [6]]
            assert batcher.pending == 1
            requests[4].cancel()

    run(scenario)


def test_higher_priorities_go_first_and_equal_ones_in_order():
    async def scenario():
        session, order = Doubler(), []
        session.gate.clear()
        policy = {"combine": False, "priority_levels": 2, "default_priority": 2}
        async with batching(session, **policy) as (batcher, _):
            running = submit(batcher, 0)
            await until(lambda: session.batches == [1])
            tasks = {
                name: submit(batcher, 1, priority=level) for name, level in (("c", 2), ("a", 1), ("d", 0), ("b", 1))
            }
            for name, task in tasks.items():
                task.add_done_callback(lambda _, name=name: order.append(name))
            await until(lambda: batcher.pending == 4)
            session.gate.set()
            await values(running, *tasks.values())
        assert order == ["a", "b", "c", "d"]

    run(scenario)


def test_a_request_may_wait_less_than_the_others():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, timeout=LONG_DELAY, shorter_timeouts=True) as (batcher, statistics):
            running = submit(batcher, 0)
            await until(lambda: session.batches == [1])
            patient, hasty = submit(batcher, 1), submit(batcher, 2, queue_seconds=1e-6)
            await until(lambda: batcher.pending == 2)
            session.gate.set()
            assert await values(running, patient) == [[0], [2]]
            with pytest.raises(QueueTimeout):
                await hasty
        assert statistics.failures[Failure.rejected] == 1

    run(scenario)


def test_after_the_delay_whatever_is_there_goes():
    async def scenario():
        session = Doubler()
        async with batching(session, preferred=(4,), max_delay=0.05) as (batcher, _):
            started = time.perf_counter()
            assert await values(submit(batcher, 1), submit(batcher, 2)) == [[2], [4]]
            assert time.perf_counter() - started >= 0.05
        assert session.batches == [2]

    run(scenario)


def test_a_batch_is_never_larger_than_allowed():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, _):
            first = submit(batcher, 0)
            await until(lambda: session.batches == [1])
            requests = [submit(batcher, 1, 2, 3), submit(batcher, 4, 5, 6), submit(batcher, 7, 8, 9)]
            await until(lambda: batcher.pending == 3)
            session.gate.set()
            await values(first, *requests)
        assert session.batches == [1, 6, 3]

    run(scenario)


def test_without_combining_each_request_is_computed_alone():
    async def scenario():
        session = Doubler()
        async with batching(session, combine=False) as (batcher, _):
            assert await values(submit(batcher, 1, 2), submit(batcher, 3)) == [[2, 4], [6]]
        assert session.batches == [2, 1]

    run(scenario)


def test_requests_of_different_shapes_share_no_batch():
    async def scenario():
        session = Doubler()
        async with batching(session, max_delay=0.01) as (batcher, _):
            wide = asyncio.create_task(batcher.infer({"x": np.ones((1, 5), np.float32)}, 1))
            assert await values(submit(batcher, 1), wide) == [[2], [2]]
        assert session.batches == [1, 1]

    run(scenario)


def test_a_full_queue_refuses_at_once():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, max_queue=2) as (batcher, statistics):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            waiting = [submit(batcher, 2), submit(batcher, 3)]
            await until(lambda: batcher.pending == 2)
            with pytest.raises(QueueFull):
                await submit(batcher, 4)
            assert statistics.failures[Failure.rejected] == 1
            session.gate.set()
            assert await values(first, *waiting) == [[2], [4], [6]]

    run(scenario)


def test_a_request_that_waited_too_long_fails():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, timeout=0.01) as (batcher, statistics):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            late = submit(batcher, 2)
            queued = time.perf_counter()
            await until(lambda: batcher.pending == 1 and time.perf_counter() > queued + 0.02)
            session.gate.set()
            with pytest.raises(QueueTimeout):
                await late
            assert await values(first) == [[2]]
            assert statistics.failures[Failure.rejected] == 1

    run(scenario)


def test_a_cancelled_request_is_not_computed():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, statistics):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            cancelled, waiting = submit(batcher, 2), submit(batcher, 3)
            await until(lambda: batcher.pending == 2)
            cancelled.cancel()
            session.gate.set()
            assert await values(first, waiting) == [[2], [6]]
            assert statistics.failures[Failure.canceled] == 1
        assert session.batches == [1, 1]

    run(scenario)


def test_a_failing_batch_fails_its_own_requests_only():
    async def scenario():
        session = Doubler()
        async with batching(session) as (batcher, statistics):
            session.breaks = True
            for task in (submit(batcher, 1), submit(batcher, 2)):
                with pytest.raises(ComputeFailed, match="out of twos"):
                    await task
            session.breaks = False
            assert await values(submit(batcher, 3)) == [[6]]
            assert statistics.failures[Failure.backend] == 2

    run(scenario)


@pytest.mark.parametrize("lost", [True, False])
def test_failures_in_a_row_probe_the_device_and_a_failed_probe_is_reported(lost):
    async def scenario():
        session, probes, errors = Doubler(), [], []

        def probe():
            probes.append(1)
            if lost:
                raise ComputeFailed("the device is lost")

        async with batching(session, DeviceProbe(probe, errors.append)) as (batcher, _):
            for number in range(3 * FAILURES_BEFORE_PROBE - 2):
                session.breaks = number != FAILURES_BEFORE_PROBE - 1  # an answer in between ends the row
                task = submit(batcher, 1)
                await asyncio.wait([task])
                assert (task.exception() is None) is not session.breaks
            await until(lambda: len(probes) == 1)
        assert [error.detail for error in errors] == ["the device is lost"] * lost

    run(scenario)


def test_two_instances_compute_side_by_side():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, instances=2) as (batcher, _):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            second = submit(batcher, 2)
            await until(lambda: session.batches == [1, 1])
            session.gate.set()
            assert await values(first, second) == [[2], [4]]

    run(scenario)


def test_stopping_completes_the_running_batch_and_fails_the_queue():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, _):
            first = submit(batcher, 1)
            await until(lambda: session.batches == [1])
            second = submit(batcher, 2)
            await until(lambda: batcher.pending == 1)
            stopping = asyncio.create_task(batcher.stop())
            await asyncio.sleep(0)
            session.gate.set()
            await stopping
            assert await values(first) == [[2]]
            with pytest.raises(ModelNotReady):
                await second

    run(scenario)
