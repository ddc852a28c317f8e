"""The arithmetic behind the measurements of inference."""

import pytest
from tests.load.feeding import Feeding, best, row
from tests.load.inference import figure_of
from tests.load.memory_plateau import Sample, growth
from tests.load.stages import Stage


def test_rates_of_clients_add_up_and_their_latencies_are_one_distribution() -> None:
    figure = figure_of("server", 8, [[0.1] * 10, [0.2] * 10])
    assert figure.per_second == pytest.approx(8 / 0.1 + 8 / 0.2)
    assert (figure.median_ms, figure.p99_ms) == (pytest.approx(150), pytest.approx(200))


def test_memory_that_grows_at_the_end_is_no_plateau() -> None:
    risen = [Sample(number, {"resident": 100 + min(number, 25)}) for number in range(41)]
    assert growth(risen)["resident"] == 0
    rising = [Sample(number, {"resident": 100 + number}) for number in range(41)]
    assert growth(rising)["resident"] == pytest.approx(138 / 133 - 1)


def test_the_cores_that_feed_a_gpu_run_all_stages_of_a_worker() -> None:
    feeding = Feeding("large", [Stage("decode", 40, 0), Stage("look", 20, 0), Stage("prepare", 4, 0)])
    assert feeding.cores(5000) == pytest.approx(320)
    assert "31, the worker's cores, most by decode" in row(feeding, 5000, cores=2)
    assert "10, inference" in row(feeding, 10, cores=2)
    assert best([{"variant": "raw", "per_second": 900.0}, {"variant": "server", "per_second": 700.0}]) == 700
