"""Rank correlation and good-against-bad accuracy, with 95 % bootstrap intervals over photos grouped by theme."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from critic_core.contracts.manifest import Metric
from critic_training.data.photo_sets import Floats, Rated
from critic_training.evaluation.config import EvaluationConfig

Measure = Callable[[npt.NDArray[np.int64]], float]
"""A figure for the photos at these positions."""


def spearman(told: Floats, rated: Floats) -> float:
    """Rank correlation; 0 where either side is constant, as a resample of few photos may be."""
    if len(rated) < 3 or np.ptp(told) == 0 or np.ptp(rated) == 0:
        return 0.0
    return float(spearmanr(told, rated).statistic)


@dataclass(frozen=True)
class Sides:
    """Which photos are good (top share within category), which bad (bottom share)."""

    good: npt.NDArray[np.bool_]
    bad: npt.NDArray[np.bool_]

    @property
    def either(self) -> npt.NDArray[np.bool_]:
        """All but the middle."""
        return self.good | self.bad


def sides(rated: Rated, share: float) -> Sides:
    """Good and bad by the ratings, category by category."""
    good, bad = np.zeros(len(rated.score), bool), np.zeros(len(rated.score), bool)
    for category in np.unique(rated.category):
        within = rated.category == category
        low, high = np.quantile(rated.score[within], [share, 1 - share])
        good |= within & (rated.score >= high)
        bad |= within & (rated.score <= low)
    return Sides(good, bad)


def accuracy(told: Floats, rated: Rated, split: Sides) -> float:
    """Share of good and bad photos on the right side of their category's median, as the model orders them."""
    right, asked = 0, int(split.either.sum())
    for category in np.unique(rated.category):
        chosen = split.either & (rated.category == category)
        if not chosen.any():  # a resample may miss all of a small category's outer photos
            continue
        right += int(((told[chosen] > np.median(told[chosen])) == split.good[chosen]).sum())
    return right / asked if asked else 0.0


def metrics(told: Floats, rated: Rated, dataset: str, knobs: EvaluationConfig, overall: bool = True) -> tuple[Metric, ...]:
    """Spearman overall and within each category, their mean weighted by photos, and good-against-bad accuracy."""
    split = sides(rated, knobs.good_share)
    categories = [str(name) for name in np.unique(rated.category)]
    figures: dict[tuple[str, str | None], Measure] = {}
    if overall:
        figures["spearman", None] = lambda at: spearman(told[at], rated.score[at])
    for name in categories:
        figures["spearman", name] = lambda at, name=name: _within(told, rated, at, name)  # type: ignore[misc]
    figures["spearman within category", None] = lambda at: _mean_within(told, rated, at, categories)
    figures["good against bad accuracy", None] = lambda at: accuracy(told[at], _at(rated, at), _split_at(split, at))
    drawn = resamples(rated.group, knobs)
    return tuple(
        Metric(name=name, dataset=dataset, category=category, **_with_interval(figure, len(told), drawn))
        for (name, category), figure in figures.items()
    )


def _with_interval(figure: Measure, photos: int, drawn: list[npt.NDArray[np.int64]]) -> dict[str, float]:
    low, high = np.quantile([figure(at) for at in drawn], [0.025, 0.975])
    value = figure(np.arange(photos))
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _within(told: Floats, rated: Rated, at: npt.NDArray[np.int64], category: str) -> float:
    chosen = at[rated.category[at] == category]
    return spearman(told[chosen], rated.score[chosen])


def _mean_within(told: Floats, rated: Rated, at: npt.NDArray[np.int64], categories: list[str]) -> float:
    weights = [int((rated.category[at] == name).sum()) for name in categories]
    return float(np.average([_within(told, rated, at, name) for name in categories], weights=weights))


def resamples(group: npt.NDArray[np.str_], knobs: EvaluationConfig) -> list[npt.NDArray[np.int64]]:
    """Positions of photos, drawn by whole groups with replacement: photos of one theme are not independent."""
    random = np.random.default_rng(knobs.seed)
    _, number = np.unique(group, return_inverse=True)
    members = [np.flatnonzero(number == n) for n in range(number.max() + 1)]
    count = len(members)
    return [np.concatenate([members[n] for n in random.integers(count, size=count)]) for _ in range(knobs.resamples)]


def _at(rated: Rated, at: npt.NDArray[np.int64]) -> Rated:
    return Rated(rated.name, (), rated.score[at], rated.category[at], rated.fold[at], rated.group[at])


def _split_at(split: Sides, at: npt.NDArray[np.int64]) -> Sides:
    return Sides(split.good[at], split.bad[at])
