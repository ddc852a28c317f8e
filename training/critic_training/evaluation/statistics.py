"""Rank correlation, the good and bad classes of a rated set, and bootstrap resamples of whole themes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.evaluation.config import EvaluationConfig

Positions = npt.NDArray[np.int64]


def spearman(predicted: Floats, rated: Floats) -> float:
    """Rank correlation; 0 where either side is constant, as a resample of few photos may be."""
    if len(rated) < 3 or np.ptp(predicted) == 0 or np.ptp(rated) == 0:
        return 0.0
    return float(spearmanr(predicted, rated).statistic)


@dataclass(frozen=True)
class Sides:
    """Which photos are good (top share within category), which bad (bottom share)."""

    good: npt.NDArray[np.bool_]
    bad: npt.NDArray[np.bool_]

    @property
    def either(self) -> npt.NDArray[np.bool_]:
        """All but the middle."""
        return self.good | self.bad


def sides(rated: RatedPhotos, share: float) -> Sides:
    """Good and bad by the ratings, category by category."""
    good, bad = np.zeros(len(rated.score), bool), np.zeros(len(rated.score), bool)
    for category in np.unique(rated.category):
        within = rated.category == category
        low, high = np.quantile(rated.score[within], [share, 1 - share])
        good |= within & (rated.score >= high)
        bad |= within & (rated.score <= low)
    return Sides(good, bad)


def accuracy(predicted: Floats, rated: RatedPhotos, split: Sides) -> float:
    """Share of good and bad photos on the right side of their category's median, as the model orders them."""
    right, photos = 0, int(split.either.sum())
    for category in np.unique(rated.category):
        chosen = split.either & (rated.category == category)
        if not chosen.any():  # a resample may miss all of a small category's outer photos
            continue
        right += int(((predicted[chosen] > np.median(predicted[chosen])) == split.good[chosen]).sum())
    return right / photos if photos else 0.0


def accuracy_at(predicted: Floats, rated: RatedPhotos, split: Sides, at: Positions) -> float:
    """`accuracy` of the photos at these positions."""
    drawn = RatedPhotos(rated.name, (), rated.score[at], rated.category[at], rated.fold[at], rated.group[at])
    return accuracy(predicted[at], drawn, Sides(split.good[at], split.bad[at]))


def resamples(group: npt.NDArray[np.str_], config: EvaluationConfig) -> list[Positions]:
    """Positions of photos, drawn by whole groups with replacement: photos of one theme are not independent."""
    random = np.random.default_rng(config.seed)
    _, number = np.unique(group, return_inverse=True)
    members = [np.flatnonzero(number == n) for n in range(number.max() + 1)]
    count = len(members)
    return [np.concatenate([members[n] for n in random.integers(count, size=count)]) for _ in range(config.resamples)]
