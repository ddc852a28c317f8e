"""Is a probability of 70 % right seven times in ten? Each fold is calibrated on the other folds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_training.data.photo_sets import Floats
from critic_training.evaluation.calibration import calibrate
from critic_training.evaluation.statistics import Sides


@dataclass(frozen=True)
class Bin:
    """Photos of about the same probability: the mean prediction, and the share of good ones."""

    predicted: float
    good: float
    photos: int


def cross_fitted(rating: Floats, split: Sides, fold: npt.NDArray[np.int64]) -> Floats:
    """Probabilities `[N]` of predicted ratings: each fold's by the curve fitted on all other folds."""
    probability = np.zeros(len(rating), np.float32)
    for number in np.unique(fold):
        inside = fold == number
        outside = Sides(split.good & ~inside, split.bad & ~inside)
        probability[inside] = calibrate(rating, outside).probability(rating[inside])
    return probability


def reliability(probability: Floats, split: Sides, bins: int = 10) -> tuple[Bin, ...]:
    """Good and bad photos in `bins` of equal count, from the least probable to the most."""
    chosen = np.flatnonzero(split.either)
    ordered = chosen[np.argsort(probability[chosen], kind="stable")]
    return tuple(
        Bin(float(probability[photos].mean()), float(split.good[photos].mean()), len(photos))
        for photos in np.array_split(ordered, bins)
    )


def calibration_error(diagram: tuple[Bin, ...]) -> float:
    """Expected calibration error: mean distance of predicted and observed share, by photos (Naeini et al. 2015)."""
    photos = sum(group.photos for group in diagram)
    return sum(abs(group.predicted - group.good) * group.photos for group in diagram) / photos
