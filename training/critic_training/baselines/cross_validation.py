"""Cross-validation: the prediction of every photo is by a classifier that was not fitted to photos of its theme."""

from collections.abc import Callable

import numpy as np

from critic_training.baselines.classifiers import LabelledFeatures, Predictor
from critic_training.baselines.regressor import unfitted_regressor
from critic_training.data.photo_sets import Floats, Positions, RatedPhotos
from critic_training.evaluation.statistics import sides

Fit = Callable[[Positions], Predictor]
"""Fits to the photos at these positions."""


def predict_out_of_fold(rated: RatedPhotos, features: Floats, fit: Fit) -> Floats:
    """Predictions `[N]`, in the order of `rated`."""
    predictions = np.zeros(len(rated.score), np.float32)
    for fold in np.unique(rated.fold):
        held_out = np.flatnonzero(rated.fold == fold)
        predictions[held_out] = fit(np.flatnonzero(rated.fold != fold))(features[held_out])
    return predictions


def fit_classifier(
    rated: RatedPhotos, features: Floats, learn: Callable[[LabelledFeatures, int], Predictor], share: float, seed: int
) -> Fit:
    """Fits to the top and the bottom share of the training photos, by category, without the middle."""

    def fit(positions: Positions) -> Predictor:
        split = sides(rated.subset(positions), share)
        chosen = positions[split.either]
        return learn(LabelledFeatures(features[chosen], split.good[split.either], rated.group[chosen]), seed)

    return fit


def predict_by_category(rated: RatedPhotos, features: Floats) -> Floats:
    """Ratings out of fold `[N]` by one regressor a category, fitted to photos of this category only."""
    ratings = np.zeros(len(rated.score), np.float32)
    for category in np.unique(rated.category):
        positions = np.flatnonzero(rated.category == category)
        photos, inputs = rated.subset(positions), features[positions]
        ratings[positions] = predict_out_of_fold(photos, inputs, fit_regressor(photos, inputs))
    return ratings


def fit_regressor(rated: RatedPhotos, features: Floats) -> Fit:
    """Fits to the ratings of all training photos: the published baseline."""

    def fit(positions: Positions) -> Predictor:
        regressor = unfitted_regressor().fit(features[positions], rated.score[positions])
        return lambda inputs: regressor.predict(inputs).astype(np.float32)

    return fit
