"""The wait, against closed forms, against a simulation, and at its edges."""

import heapq
import math

import numpy as np
import pytest
from infra.capacity.queueing import Bounds, Queue


@pytest.mark.parametrize("busy", [0.1, 0.5, 0.9])
def test_one_server_agrees_with_the_closed_form(busy: float) -> None:
    queue = Queue(rate=busy, seconds=1, servers=1)
    assert queue.wait_probability == pytest.approx(busy)
    assert queue.mean_wait == pytest.approx(busy / (1 - busy))
    assert queue.p99_wait == pytest.approx(max(0, math.log(busy / 0.01) / (1 - busy)))


def test_erlangs_c_formula_by_hand() -> None:
    # Two servers and one erlang: (1/2 · 2/(2−1)) / (1 + 1 + 1/2 · 2/(2−1)) = 1/3
    assert Queue(rate=1, seconds=1, servers=2).wait_probability == pytest.approx(1 / 3)


def test_many_servers_do_not_overflow() -> None:
    queue = Queue(rate=950, seconds=1, servers=1000)
    assert 0 < queue.wait_probability < 0.2
    assert queue.mean_wait < 0.01


def test_constant_service_halves_the_wait() -> None:
    uneven, even = Queue(7, 0.1, 1), Queue(7, 0.1, 1, variation=0.5)
    assert even.mean_wait == pytest.approx(uneven.mean_wait / 2)
    assert even.p99_wait == pytest.approx(uneven.p99_wait / 2)


@pytest.mark.parametrize(("servers", "even"), [(1, True), (4, True), (4, False)])
def test_a_simulation_agrees(servers: int, even: bool) -> None:
    draw = np.random.default_rng(servers)
    rate, photos = 0.8 * servers, 200_000
    arrivals = np.cumsum(draw.exponential(1 / rate, photos))
    work = np.ones(photos) if even else draw.exponential(1, photos)
    queue = Queue(rate, 1, servers, variation=0.5 if even else 1)
    waits = simulated(arrivals, work, servers)
    assert waits.mean() == pytest.approx(queue.mean_wait, rel=0.1)
    assert np.quantile(waits, 0.99) == pytest.approx(queue.p99_wait, rel=0.15)


def simulated(arrivals: np.ndarray, work: np.ndarray, servers: int) -> np.ndarray:
    """Seconds each photo waits, first come first served, by the first free server."""
    free, waits = [0.0] * servers, np.empty(len(arrivals))
    for number, (arrival, seconds) in enumerate(zip(arrivals, work, strict=True)):
        begins = max(arrival, heapq.heappop(free))
        waits[number] = begins - arrival
        heapq.heappush(free, begins + seconds)
    return waits


@pytest.mark.parametrize("rate", [2, 3])
def test_a_queue_at_full_utilisation_grows_without_limit(rate: float) -> None:
    queue = Queue(rate, seconds=1, servers=2)
    assert (queue.wait_probability, queue.mean_wait, queue.p99_wait) == (1, math.inf, math.inf)


@pytest.mark.parametrize(
    "bounds", [Bounds(), Bounds(utilisation=0.95), Bounds(wait_seconds=0.001), Bounds(utilisation=0.3, variation=4)]
)
@pytest.mark.parametrize(("rate", "seconds"), [(0.1, 0.06), (50, 0.06), (1000, 0.06), (3, 2)])
def test_the_smallest_queue_keeps_both_bounds_and_one_server_less_does_not(
    bounds: Bounds, rate: float, seconds: float
) -> None:
    def within_bounds(queue: Queue) -> bool:
        return queue.utilisation <= bounds.utilisation + 1e-9 and queue.p99_wait <= bounds.wait_seconds

    queue = bounds.smallest_queue(rate, seconds)
    assert within_bounds(queue)
    assert queue.servers == 1 or not within_bounds(Queue(rate, seconds, queue.servers - 1, bounds.variation))


@pytest.mark.parametrize("fields", [{"utilisation": 0}, {"utilisation": 1}, {"wait_seconds": 0}])
def test_bounds_that_no_queue_can_keep_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Bounds(**fields)
