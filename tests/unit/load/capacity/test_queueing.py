"""Waiting, against closed forms, against a simulation, and at its edges."""

import heapq
import math

import numpy as np
import pytest
from tests.load.capacity.queueing import Bound, Queue


@pytest.mark.parametrize("busy", [0.1, 0.5, 0.9])
def test_one_server_waits_as_the_closed_form_says(busy: float) -> None:
    queue = Queue(rate=busy, seconds=1, servers=1)
    assert queue.waits == pytest.approx(busy)
    assert queue.mean_wait == pytest.approx(busy / (1 - busy))
    assert queue.longest_wait == pytest.approx(max(0, math.log(busy / 0.01) / (1 - busy)))


def test_erlangs_c_formula_by_hand() -> None:
    # Two servers and one erlang: (1/2 · 2/(2−1)) / (1 + 1 + 1/2 · 2/(2−1)) = 1/3
    assert Queue(rate=1, seconds=1, servers=2).waits == pytest.approx(1 / 3)


def test_many_servers_overflow_nothing() -> None:
    queue = Queue(rate=950, seconds=1, servers=1000)
    assert 0 < queue.waits < 0.2
    assert queue.mean_wait < 0.01


def test_even_work_waits_half_as_long() -> None:
    uneven, even = Queue(7, 0.1, 1), Queue(7, 0.1, 1, variation=0.5)
    assert even.mean_wait == pytest.approx(uneven.mean_wait / 2)
    assert even.longest_wait == pytest.approx(uneven.longest_wait / 2)


@pytest.mark.parametrize(("servers", "even"), [(1, True), (4, True), (4, False)])
def test_a_simulation_waits_as_long(servers: int, even: bool) -> None:
    draw = np.random.default_rng(servers)
    rate, photos = 0.8 * servers, 200_000
    arrivals = np.cumsum(draw.exponential(1 / rate, photos))
    work = np.ones(photos) if even else draw.exponential(1, photos)
    queue = Queue(rate, 1, servers, variation=0.5 if even else 1)
    waited = simulated(arrivals, work, servers)
    assert waited.mean() == pytest.approx(queue.mean_wait, rel=0.1)
    assert np.quantile(waited, 0.99) == pytest.approx(queue.longest_wait, rel=0.15)


def simulated(arrivals: np.ndarray, work: np.ndarray, servers: int) -> np.ndarray:
    """Seconds each photo waits: whoever comes first is served first, by whoever is free first."""
    free, waits = [0.0] * servers, np.empty(len(arrivals))
    for number, (arrival, seconds) in enumerate(zip(arrivals, work, strict=True)):
        begins = max(arrival, heapq.heappop(free))
        waits[number] = begins - arrival
        heapq.heappush(free, begins + seconds)
    return waits


@pytest.mark.parametrize("rate", [2, 3])
def test_a_queue_that_gets_all_it_can_take_or_more_never_ends(rate: float) -> None:
    queue = Queue(rate, seconds=1, servers=2)
    assert (queue.waits, queue.mean_wait, queue.longest_wait) == (1, math.inf, math.inf)


@pytest.mark.parametrize(
    "bound", [Bound(), Bound(share=0.95), Bound(wait_seconds=0.001), Bound(share=0.3, variation=4)]
)
@pytest.mark.parametrize(("rate", "seconds"), [(0.1, 0.06), (50, 0.06), (1000, 0.06), (3, 2)])
def test_the_fewest_servers_keep_to_both_bounds_and_one_less_does_not(
    bound: Bound, rate: float, seconds: float
) -> None:
    def kept(queue: Queue) -> bool:
        return queue.busy <= bound.share + 1e-9 and queue.longest_wait <= bound.wait_seconds

    queue = bound.fewest(rate, seconds)
    assert kept(queue)
    assert queue.servers == 1 or not kept(Queue(rate, seconds, queue.servers - 1, bound.variation))


@pytest.mark.parametrize("told", [{"share": 0}, {"share": 1}, {"wait_seconds": 0}])
def test_bounds_that_nothing_keeps_are_refused(told: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="can be"):
        Bound(**told)
