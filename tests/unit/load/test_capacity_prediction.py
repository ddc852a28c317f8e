"""The predicted rate after a change, by hand."""

from dataclasses import replace

import pytest
from infra.capacity.costs import MachineCosts, PhotoCost
from tests.load.capacity_check.prediction import (
    MACHINE,
    Cores,
    Run,
    Setup,
    median_run,
    predicted_rate,
    relative_error,
)
from tests.load.capacity_check.steps import STEPS

SINGLE = Run(7.6, {"worker": 30.0, "inference": 10.0, "gateway": 5.0})
QUARTER = Cores({"worker": 0.25}, machine=2)


def predicted(cores: Cores = QUARTER, **replicas: int) -> float:
    return predicted_rate(SINGLE.per_second, cores, Setup(SINGLE.core_ms, {}), Setup(SINGLE.core_ms, replicas))


def test_maximum_rates_are_cores_by_cost() -> None:
    found = Setup(SINGLE.core_ms, {"worker": 3}).max_rates(Cores({"worker": 0.3, "inference": 0.1}, machine=2))
    assert found == {"worker": pytest.approx(30), "inference": pytest.approx(10), MACHINE: pytest.approx(2000 / 45)}


def test_twice_the_workers_are_twice_the_photos_while_nothing_else_limits() -> None:
    assert predicted(worker=1) == pytest.approx(7.6)
    assert predicted(worker=2) == pytest.approx(15.2)


def test_waits_of_one_worker_are_those_of_two() -> None:
    setups = Setup(SINGLE.core_ms, {}), Setup(SINGLE.core_ms, {"worker": 2})
    assert predicted_rate(3.8, QUARTER, *setups) == pytest.approx(7.6)


def test_more_workers_are_limited_by_inference() -> None:
    cores = Cores({"worker": 0.25, "inference": 0.1}, machine=2)
    assert predicted(cores, worker=2) == pytest.approx(10 * 7.6 / (250 / 30))
    assert predicted(cores, worker=20) == predicted(cores, worker=2)
    assert predicted(cores, worker=2, inference=2) == pytest.approx(15.2)


def test_more_workers_are_limited_by_the_machine() -> None:
    assert predicted(worker=50) == pytest.approx(2000 / 45 * 7.6 / (250 / 30))


def test_smaller_photos_are_predicted_by_the_planners_costs_and_replicas_by_the_measured_ones() -> None:
    large = PhotoCost(12, 3.0, {"worker": 60.0, "inference": 10.0}, {})
    small = PhotoCost(1024 * 768 / 1e6, 0.3, {"worker": 30.0, "inference": 10.0}, {})
    costs = MachineCosts("a machine", 2, "2026-11-25", [small, large], {}, {})
    workers, replicas, size = STEPS
    assert size.predicted(Run(4.0, {"worker": 999.0}), costs, 2) == pytest.approx(8.0)
    assert workers.predicted(SINGLE, replace(costs, photos=[large, replace(large, megapixels=13)]), 2) == pytest.approx(
        15.2
    )
    assert replicas.predicted(Run(8.0, SINGLE.core_ms), costs, 2) == pytest.approx(16.0)


def test_a_median_run_has_the_median_of_each_figure() -> None:
    runs = [Run(rate, {"worker": cost}) for rate, cost in ((7, 31.0), (8, 29.0), (20, 30.0))]
    assert median_run(runs) == Run(8, {"worker": 30.0})


def test_the_error_is_relative_to_the_measurement() -> None:
    assert relative_error(11, 10) == pytest.approx(0.1)
    assert relative_error(9, 10) == pytest.approx(-0.1)
