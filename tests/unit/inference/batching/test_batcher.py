import asyncio
import time
from contextlib import asynccontextmanager

import numpy as np
import pytest
from tests.unit.inference.sessions import Doubler, rows

from critic_inference.batching.batcher import FAILURES_IN_A_ROW, Batcher, Doubt
from critic_inference.batching.policy import BatchPolicy
from critic_inference.errors import ComputeFailed, ModelNotReady, QueueFull, QueueTimeout
from critic_inference.serving.statistics import Failure, Statistics

PATIENT = 30.0  # seconds; a delay that no test waits for


@asynccontextmanager
async def batching(session, doubt=None, **policy):
    told = {"max_rows": 8, "combine": True, **policy}
    batcher = Batcher(session, BatchPolicy(**told), statistics := Statistics(), doubt=doubt)
    batcher.start()
    try:
        yield batcher, statistics
    finally:
        session.gate.set()
        await batcher.stop()


def ask(batcher, *values):
    feeds = rows(*values)
    return asyncio.create_task(batcher.infer(feeds, len(values)))


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
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            rest = [ask(batcher, value) for value in range(2, 8)]
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
        async with batching(session, preferred=(4,), max_delay=PATIENT) as (batcher, _):
            asked = [ask(batcher, value) for value in range(5)]
            assert await values(*asked[:4]) == [[0], [2], [4], [6]]
            assert batcher.pending == 1
            asked[4].cancel()

    run(scenario)


def test_after_the_delay_whatever_is_there_goes():
    async def scenario():
        session = Doubler()
        async with batching(session, preferred=(4,), max_delay=0.05) as (batcher, _):
            started = time.perf_counter()
            assert await values(ask(batcher, 1), ask(batcher, 2)) == [[2], [4]]
            assert time.perf_counter() - started >= 0.05
        assert session.batches == [2]

    run(scenario)


def test_a_batch_is_never_larger_than_allowed():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, _):
            first = ask(batcher, 0)
            await until(lambda: session.batches == [1])
            asked = [ask(batcher, 1, 2, 3), ask(batcher, 4, 5, 6), ask(batcher, 7, 8, 9)]
            await until(lambda: batcher.pending == 3)
            session.gate.set()
            await values(first, *asked)
        assert session.batches == [1, 6, 3]

    run(scenario)


def test_without_combining_each_request_is_computed_alone():
    async def scenario():
        session = Doubler()
        async with batching(session, combine=False) as (batcher, _):
            assert await values(ask(batcher, 1, 2), ask(batcher, 3)) == [[2, 4], [6]]
        assert session.batches == [2, 1]

    run(scenario)


def test_requests_of_different_shapes_share_no_batch():
    async def scenario():
        session = Doubler()
        async with batching(session, max_delay=0.01) as (batcher, _):
            wide = asyncio.create_task(batcher.infer({"x": np.ones((1, 5), np.float32)}, 1))
            assert await values(ask(batcher, 1), wide) == [[2], [2]]
        assert session.batches == [1, 1]

    run(scenario)


def test_a_full_queue_refuses_at_once():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, max_queue=2) as (batcher, statistics):
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            waiting = [ask(batcher, 2), ask(batcher, 3)]
            await until(lambda: batcher.pending == 2)
            with pytest.raises(QueueFull):
                await ask(batcher, 4)
            assert statistics.failures[Failure.rejected] == 1
            session.gate.set()
            assert await values(first, *waiting) == [[2], [4], [6]]

    run(scenario)


def test_who_waited_too_long_is_told_so():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, timeout=0.01) as (batcher, statistics):
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            late = ask(batcher, 2)
            queued = time.perf_counter()
            await until(lambda: batcher.pending == 1 and time.perf_counter() > queued + 0.02)
            session.gate.set()
            with pytest.raises(QueueTimeout):
                await late
            assert await values(first) == [[2]]
            assert statistics.failures[Failure.rejected] == 1

    run(scenario)


def test_a_client_that_left_is_not_computed():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, statistics):
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            gone, stays = ask(batcher, 2), ask(batcher, 3)
            await until(lambda: batcher.pending == 2)
            gone.cancel()
            session.gate.set()
            assert await values(first, stays) == [[2], [6]]
            assert statistics.failures[Failure.canceled] == 1
        assert session.batches == [1, 1]

    run(scenario)


def test_a_failing_batch_is_told_to_all_in_it_and_to_nobody_else():
    async def scenario():
        session = Doubler()
        async with batching(session) as (batcher, statistics):
            session.breaks = True
            for task in (ask(batcher, 1), ask(batcher, 2)):
                with pytest.raises(ComputeFailed, match="out of twos"):
                    await task
            session.breaks = False
            assert await values(ask(batcher, 3)) == [[6]]
            assert statistics.failures[Failure.backend] == 2

    run(scenario)


@pytest.mark.parametrize("lost", [True, False])
def test_after_failures_in_a_row_the_session_is_looked_at_and_only_one_that_is_lost_is_told(lost):
    async def scenario():
        session, proved, told = Doubler(), [], []

        def prove():
            proved.append(1)
            if lost:
                raise ComputeFailed("the device is lost")

        async with batching(session, Doubt(prove, told.append)) as (batcher, _):
            for number in range(3 * FAILURES_IN_A_ROW - 2):
                session.breaks = number != FAILURES_IN_A_ROW - 1  # an answer in between ends the row
                task = ask(batcher, 1)
                await asyncio.wait([task])
                assert (task.exception() is None) is not session.breaks
            await until(lambda: len(proved) == 1)
        assert [error.detail for error in told] == ["the device is lost"] * lost

    run(scenario)


def test_two_instances_compute_side_by_side():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session, instances=2) as (batcher, _):
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            second = ask(batcher, 2)
            await until(lambda: session.batches == [1, 1])
            session.gate.set()
            assert await values(first, second) == [[2], [4]]

    run(scenario)


def test_stopping_answers_what_is_computed_and_tells_who_waits():
    async def scenario():
        session = Doubler()
        session.gate.clear()
        async with batching(session) as (batcher, _):
            first = ask(batcher, 1)
            await until(lambda: session.batches == [1])
            second = ask(batcher, 2)
            await until(lambda: batcher.pending == 1)
            stopping = asyncio.create_task(batcher.stop())
            await asyncio.sleep(0)
            session.gate.set()
            await stopping
            assert await values(first) == [[2]]
            with pytest.raises(ModelNotReady):
                await second

    run(scenario)
