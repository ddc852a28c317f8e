"""The folds: every photo is answered about by machines that saw no photo of its theme."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from critic_training.baselines.classifiers import Answer, Known
from critic_training.baselines.regressor import baseline
from critic_training.data.photo_sets import Floats, Rated
from critic_training.evaluation.statistics import sides
from critic_training.finetune.plan import part_of

Fit = Callable[[npt.NDArray[np.int64]], Answer]
"""Learns from the photos at these positions."""


def out_of_fold(rated: Rated, features: Floats, fit: Fit) -> Floats:
    """One answer a photo `[N]`, in the order of `rated`."""
    told = np.zeros(len(rated.score), np.float32)
    for fold in np.unique(rated.fold):
        held = np.flatnonzero(rated.fold == fold)
        told[held] = fit(np.flatnonzero(rated.fold != fold))(features[held])
    return told


def classifier(rated: Rated, features: Floats, learn: Callable[[Known, int], Answer], share: float, seed: int) -> Fit:
    """Learns the top and the bottom share of the learning photos, by category; the middle is left out."""

    def fit(numbers: npt.NDArray[np.int64]) -> Answer:
        split = sides(part_of(rated, numbers), share)
        chosen = numbers[split.either]
        return learn(Known(features[chosen], split.good[split.either], rated.group[chosen]), seed)

    return fit


def by_category(rated: Rated, features: Floats) -> Floats:
    """Ratings out of fold `[N]` by a regressor for each category, which sees photos of no other."""
    told = np.zeros(len(rated.score), np.float32)
    for category in np.unique(rated.category):
        own = np.flatnonzero(rated.category == category)
        part = part_of(rated, own)
        told[own] = out_of_fold(part, features[own], regressor(part, features[own]))
    return told


def regressor(rated: Rated, features: Floats) -> Fit:
    """Learns the ratings of all learning photos: the baseline of the data's publishers."""

    def fit(numbers: npt.NDArray[np.int64]) -> Answer:
        machine = baseline().fit(features[numbers], rated.score[numbers])
        return lambda asked: machine.predict(asked).astype(np.float32)

    return fit
