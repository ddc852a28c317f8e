"""The figures, against cases one can work out by hand."""

import numpy as np
import pytest

from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.calibration import calibrate
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.manifest_metrics import metrics
from critic_training.evaluation.reliability import calibration_error, reliability
from critic_training.evaluation.statistics import Sides, accuracy, resamples, sides, spearman

CONFIG = EvaluationConfig(resamples=50)


@pytest.fixture
def rated() -> RatedPhotos:
    score = np.tile(np.arange(10, dtype=np.float32), 2)
    category = np.repeat(["Animal", "Scenery"], 10)
    group = np.array([f"theme {n // 2}" for n in range(20)])
    return RatedPhotos("oasis", (), score, category, np.arange(20) // 2 % 4, group)


def test_sides_are_the_outer_thirds_of_each_category(rated: RatedPhotos) -> None:
    split = sides(rated, 0.3)
    assert np.flatnonzero(split.good).tolist() == [7, 8, 9, 17, 18, 19]
    assert np.flatnonzero(split.bad).tolist() == [0, 1, 2, 10, 11, 12]


def test_perfect_order_within_categories_is_fully_accurate_whatever_lies_between_them(rated: RatedPhotos) -> None:
    predicted = rated.score + np.where(rated.category == "Animal", 100, 0).astype(np.float32)
    assert accuracy(predicted, rated, sides(rated, 0.3)) == 1
    assert accuracy(-predicted, rated, sides(rated, 0.3)) == 0
    assert spearman(predicted, rated.score) < 0.6


def test_metrics_name_each_category_and_hold_their_value_in_the_interval(rated: RatedPhotos) -> None:
    noise = np.random.default_rng(0).normal(0, 2, 20).astype(np.float32)
    found = metrics(rated.score + noise, rated, "oasis", CONFIG)
    assert [(m.name, m.category) for m in found] == [
        ("spearman", None),
        ("spearman", "Animal"),
        ("spearman", "Scenery"),
        ("spearman within category", None),
        ("good against bad accuracy", None),
    ]
    for metric in found:
        assert metric.low is not None
        assert metric.high is not None
        assert metric.low <= metric.value <= metric.high
        assert metric.low < metric.high
    assert found[3].value == pytest.approx((found[1].value + found[2].value) / 2, abs=1e-3)


def test_resamples_keep_themes_whole(rated: RatedPhotos) -> None:
    for drawn in resamples(rated.group, CONFIG):
        _, counts = np.unique(drawn, return_counts=True)
        pairs = np.bincount(drawn, minlength=20).reshape(10, 2)
        assert (pairs[:, 0] == pairs[:, 1]).all()
        assert counts.sum() == 20


def test_constant_answers_correlate_with_nothing() -> None:
    assert spearman(np.zeros(5, np.float32), np.arange(5, dtype=np.float32)) == 0


def test_calibration_recovers_the_curve_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    rating = random.normal(4, 1, 20_000).astype(np.float32)
    good = random.random(20_000) < 1 / (1 + np.exp(-(1.5 * rating - 6)))
    split = Sides(good, ~good)
    platt = calibrate(rating, split)
    assert platt.slope == pytest.approx(1.5, rel=0.1)
    assert platt.intercept == pytest.approx(-6, rel=0.1)
    assert calibration_error(reliability(platt.probability(rating), split)) < 0.02
    assert calibration_error(reliability(np.full(20_000, 0.99, np.float32), split)) > 0.3
