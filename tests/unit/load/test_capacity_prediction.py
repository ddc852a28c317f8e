"""The predicted rate of more replicas, by hand."""

import pytest
from tests.load.capacity_check.prediction import (
    MACHINE,
    Cores,
    Run,
    max_rates,
    median_run,
    predicted_rate,
    relative_error,
)

SINGLE = Run(7.6, {"worker": 30.0, "inference": 10.0, "gateway": 5.0})
QUARTER = Cores({"worker": 0.25}, machine=2)


def test_maximum_rates_are_cores_by_cost() -> None:
    found = max_rates(SINGLE.core_ms, Cores({"worker": 0.3, "inference": 0.1}, machine=2), {"worker": 3})
    assert found == {"worker": pytest.approx(30), "inference": pytest.approx(10), MACHINE: pytest.approx(2000 / 45)}


def test_twice_the_workers_are_twice_the_photos_while_nothing_else_limits() -> None:
    assert predicted_rate(SINGLE, QUARTER, {"worker": 1}) == pytest.approx(7.6)
    assert predicted_rate(SINGLE, QUARTER, {"worker": 2}) == pytest.approx(15.2)


def test_waits_of_one_worker_are_those_of_two() -> None:
    slower = Run(3.8, SINGLE.core_ms)
    assert predicted_rate(slower, QUARTER, {"worker": 2}) == pytest.approx(7.6)


def test_more_workers_are_limited_by_inference() -> None:
    cores = Cores({"worker": 0.25, "inference": 0.1}, machine=2)
    assert predicted_rate(SINGLE, cores, {"worker": 2}) == pytest.approx(10 * 7.6 / (250 / 30))
    assert predicted_rate(SINGLE, cores, {"worker": 20}) == predicted_rate(SINGLE, cores, {"worker": 2})
    assert predicted_rate(SINGLE, cores, {"worker": 2, "inference": 2}) == pytest.approx(15.2)


def test_more_workers_are_limited_by_the_machine() -> None:
    assert predicted_rate(SINGLE, QUARTER, {"worker": 50}) == pytest.approx(2000 / 45 * 7.6 / (250 / 30))


def test_a_median_run_has_the_median_of_each_figure() -> None:
    runs = [Run(rate, {"worker": cost}) for rate, cost in ((7, 31.0), (8, 29.0), (20, 30.0))]
    assert median_run(runs) == Run(8, {"worker": 30.0})


def test_the_error_is_relative_to_the_measurement() -> None:
    assert relative_error(11, 10) == pytest.approx(0.1)
    assert relative_error(9, 10) == pytest.approx(-0.1)


def test_idle_use_is_not_available_to_photos() -> None:
    remaining = Cores({"worker": 0.25, "inference": 0.1}, 2).without({"worker": 0.05, "redis": 0.5})
    assert remaining == Cores({"worker": 0.2, "inference": 0.1}, 2)
