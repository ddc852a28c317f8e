"""Scores have the mean and spread of ratings; intervals cover the share of photos that they claim."""

import numpy as np
import pytest

from critic_training.data.rated_pool import RaterScale
from critic_training.evaluation.calibration import Platt
from critic_training.evaluation.score_scale import LEVEL, RatedMix, conformal, coverage, fit_scale, log_odds

POINTS, PLATT = RaterScale(15.0, 50.0), Platt(2.5, -0.5)


@pytest.fixture
def mix() -> RatedMix:
    random = np.random.default_rng(0)
    label = random.normal(0, 1, 2000).astype(np.float32)
    rating = (0.8 * label + random.normal(0, 0.5, 2000)).astype(np.float32)
    return RatedMix(label, rating, np.arange(2000) % 5 - 1)


def test_scores_have_the_mean_and_spread_of_the_ratings(mix: RatedMix) -> None:
    scale = fit_scale(mix, POINTS, PLATT)
    score = np.array([scale.score(float(value)) for value in PLATT.probability(mix.rating)])
    odds, expected = np.log(score / (100 - score)), log_odds(POINTS, mix.label)
    assert (odds.mean(), odds.std()) == pytest.approx((expected.mean(), expected.std()), abs=1e-3)


def test_intervals_cover_what_they_claim_on_new_photos(mix: RatedMix) -> None:
    assert coverage(mix, POINTS) == pytest.approx(LEVEL, abs=0.03)
    scale = fit_scale(mix, POINTS, PLATT)
    intervals = [scale.interval(float(value)) for value in PLATT.probability(mix.rating)]
    inside = [i is not None and i.low <= POINTS(float(z)) <= i.high for i, z in zip(intervals, mix.label, strict=True)]
    assert np.mean(inside) == pytest.approx(LEVEL, abs=0.03)


def test_photos_that_were_trained_on_do_not_narrow_the_intervals(mix: RatedMix) -> None:
    trained = RatedMix(mix.label, np.where(mix.fold < 0, mix.label, mix.rating).astype(np.float32), mix.fold)
    narrow = RatedMix(trained.label, trained.rating, np.arange(2000) % 4)
    assert fit_scale(trained, POINTS, PLATT).half_width > fit_scale(narrow, POINTS, PLATT).half_width  # type: ignore[operator]


def test_the_width_counts_the_new_photo_too() -> None:
    distance = np.arange(1, 10, dtype=np.float32)
    assert conformal(distance, 0.8) == 8
    assert conformal(distance, 0.99) == 9
