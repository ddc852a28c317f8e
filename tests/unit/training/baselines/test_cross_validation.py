"""No photo is predicted by a model fitted to photos of its theme."""

import numpy as np

from critic_training.baselines.classifiers import LabelledFeatures
from critic_training.baselines.cross_validation import (
    fit_classifier,
    fit_regressor,
    predict_by_category,
    predict_out_of_fold,
)
from critic_training.data.photo_sets import Floats, RatedPhotos


def test_a_regressor_predicts_rating_points(rated: RatedPhotos, features: Floats) -> None:
    predicted = predict_out_of_fold(rated, features, fit_regressor(rated, features))
    assert np.abs(predicted - rated.score).mean() < 1.5


def test_a_regressor_a_category_learns_from_its_category_alone(rated: RatedPhotos, features: Floats) -> None:
    flipped = np.where(rated.category[:, None] == "Animal", features, -features)
    predicted = predict_by_category(rated, flipped)
    assert np.abs(predicted - rated.score).mean() < 1.8
    together = predict_out_of_fold(rated, flipped, fit_regressor(rated, flipped))
    assert np.abs(together - rated.score).mean() > 2


def test_no_fold_is_predicted_by_a_model_fitted_to_it(rated: RatedPhotos, features: Floats) -> None:
    fitted: list[np.ndarray] = []

    def fit(numbers: np.ndarray) -> object:
        fitted.append(numbers)
        return lambda inputs: np.full(len(inputs), len(fitted), np.float32)

    predicted = predict_out_of_fold(rated, features, fit)
    for number, fold in enumerate(np.unique(rated.fold)):
        assert set(predicted[rated.fold == fold]) == {number + 1}
        assert not set(rated.group[fitted[number]]) & set(rated.group[rated.fold == fold])


def test_classifiers_are_fitted_to_the_outer_shares_of_the_training_photos(rated: RatedPhotos) -> None:
    training: list[LabelledFeatures] = []

    def learn(known: LabelledFeatures, _seed: int) -> object:
        training.append(known)
        return None

    numbers = np.flatnonzero(rated.fold != 0)
    fit_classifier(rated, rated.score[:, None], learn, 0.3, seed=1)(numbers)
    score, good = training[0].features[:, 0], training[0].good
    low, high = np.quantile(rated.score[numbers], [0.3, 0.7])
    assert score[good].min() == high
    assert score[~good].max() == low
    assert len(good) < 0.8 * len(numbers)
    assert not set(training[0].group) & set(rated.group[rated.fold == 0])
