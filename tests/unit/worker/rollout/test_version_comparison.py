"""Comparison of two versions, against scipy and by hand."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from critic_core.contracts.identity import new_id
from critic_core.contracts.routing import ScorePair
from critic_worker.rollout.version_comparison import compare_versions, psi, spearman, spread

RANDOM = np.random.default_rng(3)


def pair(score: float, candidate: float) -> ScorePair:
    return ScorePair(
        photo=new_id(),
        score=score,
        percentile=score / 2,
        pleasing=score >= 50,
        candidate_score=candidate,
        candidate_percentile=candidate / 2,
        candidate_pleasing=candidate >= 50,
    )


def test_figures_of_few_photos_by_hand() -> None:
    found = compare_versions("m", "1", "2", [pair(10, 20), pair(40, 60), pair(80, 50), pair(90, 100)])
    assert (found.photos, found.labels_changed) == (4, 0.25)
    assert found.score is not None
    assert (found.score.mean, found.score.median) == (17.5, 15)
    assert found.percentile is not None
    assert found.percentile.p95 == pytest.approx(14.25)
    assert found.percentile_shift == pytest.approx(1.25)
    assert found.rank_correlation == pytest.approx(0.8)


def test_ranks_are_those_of_scipy_ties_included() -> None:
    first, noise = RANDOM.integers(0, 9, 200).astype(float), RANDOM.integers(0, 9, 200).astype(float)
    assert spearman(first, noise + first) == pytest.approx(spearmanr(first, noise + first).statistic)
    assert spearman(first, np.ones(200)) is None


def test_an_even_distribution_is_stable_and_a_shifted_one_is_not() -> None:
    assert psi(np.linspace(0, 100, 1001)) < 0.001
    assert psi(np.linspace(50, 100, 1001)) > 0.25


def test_differences_count_both_ways() -> None:
    assert spread(np.array([-2.0, 2.0])).mean == 2


def test_without_photos_there_are_no_figures() -> None:
    assert compare_versions("m", "1", "2", []).score is None
