"""The prediction of a step, by hand."""

import pytest
from tests.load.capacity.step import ALL, Seen, Shares, error, foretold, limits, median

ONE = Seen(7.6, {"worker": 30.0, "inference": 10.0, "gateway": 5.0})
QUARTER = Shares({"worker": 0.25}, machine=2)


def test_limits_are_time_by_cost() -> None:
    found = limits(ONE.core_ms, Shares({"worker": 0.3, "inference": 0.1}, machine=2), {"worker": 3})
    assert found == {"worker": pytest.approx(30), "inference": pytest.approx(10), ALL: pytest.approx(2000 / 45)}


def test_twice_the_workers_are_twice_the_photos_while_nothing_else_limits() -> None:
    assert foretold(ONE, QUARTER, {"worker": 1}) == pytest.approx(7.6)
    assert foretold(ONE, QUARTER, {"worker": 2}) == pytest.approx(15.2)


def test_what_one_worker_lost_to_waiting_two_lose_too() -> None:
    slower = Seen(3.8, ONE.core_ms)
    assert foretold(slower, QUARTER, {"worker": 2}) == pytest.approx(7.6)


def test_more_workers_bring_nothing_beyond_what_inference_answers() -> None:
    shares = Shares({"worker": 0.25, "inference": 0.1}, machine=2)
    assert foretold(ONE, shares, {"worker": 2}) == pytest.approx(10 * 7.6 / (250 / 30))
    assert foretold(ONE, shares, {"worker": 20}) == foretold(ONE, shares, {"worker": 2})
    assert foretold(ONE, shares, {"worker": 2, "inference": 2}) == pytest.approx(15.2)


def test_more_workers_bring_nothing_beyond_the_machine() -> None:
    assert foretold(ONE, QUARTER, {"worker": 50}) == pytest.approx(2000 / 45 * 7.6 / (250 / 30))


def test_a_median_run_has_each_figures_median() -> None:
    runs = [Seen(rate, {"worker": cost}) for rate, cost in ((7, 31.0), (8, 29.0), (20, 30.0))]
    assert median(runs) == Seen(8, {"worker": 30.0})


def test_an_error_is_told_by_what_was_measured() -> None:
    assert error(11, 10) == pytest.approx(0.1)
    assert error(9, 10) == pytest.approx(-0.1)


def test_what_a_replica_uses_at_rest_is_not_there_for_photos() -> None:
    left = Shares({"worker": 0.25, "inference": 0.1}, 2).without({"worker": 0.05, "redis": 0.5})
    assert left == Shares({"worker": 0.2, "inference": 0.1}, 2)
