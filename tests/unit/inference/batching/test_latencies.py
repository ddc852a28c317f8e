"""Quantiles of latencies are those of the last minute."""

import numpy as np
import pytest

from critic_inference.batching.batch import Timing
from critic_inference.batching.latencies import QUANTILES, STAGES, WINDOW_SECONDS, Latencies
from critic_inference.batching.statistics import Statistics


def test_quantiles_by_hand() -> None:
    latencies = Latencies()
    for milliseconds in range(1, 102):
        latencies.record((milliseconds * 1_000_000, 5_000, 1_000, 2_000, 3_000))
    median, *_, most = latencies.quantiles_us()
    assert median.tolist() == [51_000, 5, 1, 2, 3]
    assert most[0] == pytest.approx(100_900)


def test_requests_of_more_than_a_minute_ago_do_not_count() -> None:
    now = 0.0
    latencies = Latencies(lambda: now)
    latencies.record((1_000_000,) * len(STAGES))
    now = WINDOW_SECONDS
    latencies.record((3_000_000,) * len(STAGES))
    assert latencies.quantiles_us()[0, 0] == 2_000
    now += 1
    assert latencies.quantiles_us()[0, 0] == 3_000
    now += WINDOW_SECONDS
    assert np.isnan(latencies.quantiles_us()).all()
    assert latencies.quantiles_us().shape == (len(QUANTILES), len(STAGES))


def test_a_successful_request_has_a_duration_in_every_stage() -> None:
    statistics = Statistics()
    statistics.record_success(10.0, 10.25, 11.0, Timing(1_000, 2_000, 3_000))
    assert statistics.latencies.quantiles_us()[0].tolist() == [1_000_000, 250_000, 1, 2, 3]
    assert [total.ns for total in statistics.totals] == [1_000_000_000, 250_000_000, 1_000, 2_000, 3_000]
