"""Is a probability of 70 % right seven times in ten? Calibrated on other folds than the one that is asked about."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_training.evaluation.calibration import calibrate
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.statistics import Sides


@dataclass(frozen=True)
class Bin:
    """Photos of about the same probability: what was said, and how many were good."""

    said: float
    good: float
    photos: int


def cross_fitted(told: Floats, split: Sides, fold: npt.NDArray[np.int64]) -> Floats:
    """Probabilities `[N]` of ratings: each fold's by the curve that the other folds' ratings gave."""
    probability = np.zeros(len(told), np.float32)
    for one in np.unique(fold):
        own = fold == one
        others = Sides(split.good & ~own, split.bad & ~own)
        probability[own] = calibrate(told, others).probability(told[own])
    return probability


def reliability(probability: Floats, split: Sides, bins: int = 10) -> tuple[Bin, ...]:
    """Good and bad photos in `bins` of equal count, from the least probable to the most."""
    chosen = np.flatnonzero(split.either)
    ordered = chosen[np.argsort(probability[chosen], kind="stable")]
    return tuple(
        Bin(float(probability[part].mean()), float(split.good[part].mean()), len(part))
        for part in np.array_split(ordered, bins)
    )


def calibration_error(diagram: tuple[Bin, ...]) -> float:
    """Expected calibration error: the mean distance of said and seen, weighted by photos (Naeini et al. 2015)."""
    photos = sum(one.photos for one in diagram)
    return sum(abs(one.said - one.good) * one.photos for one in diagram) / photos
