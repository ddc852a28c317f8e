"""Classifiers separate good photos from bad ones; only forests depend on the seed."""

import numpy as np
import pytest

from critic_training.baselines.classifiers import CLASSIFIERS, LabelledFeatures, paper_svm, random_forest, searched_svm
from critic_training.baselines.comparison import ModelPredictions, row
from critic_training.baselines.cross_validation import fit_classifier, predict_out_of_fold
from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.evaluation.config import EvaluationConfig

CONFIG = EvaluationConfig(resamples=60)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_separates_good_from_bad_out_of_fold(name: str, rated: RatedPhotos, features: Floats) -> None:
    scale = 300 if "paper" in name else 1  # γ = 1e-6 needs large differences
    scaled = features * scale
    predicted = predict_out_of_fold(rated, scaled, fit_classifier(rated, scaled, CLASSIFIERS[name], 0.3, seed=1))
    found = row(ModelPredictions(name, [predicted], []), rated, None, CONFIG).figures["accuracy"]
    assert found.value > 0.9
    assert found.low <= found.value <= found.high


def test_forests_differ_by_seed_only(rated: RatedPhotos, features: Floats) -> None:
    known = LabelledFeatures(features, rated.score > 5, rated.group)
    first, same, different = (random_forest(known, seed)(features) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, different)


def test_the_probability_of_an_svm_is_above_a_half_for_its_good_class(rated: RatedPhotos, features: Floats) -> None:
    known = LabelledFeatures(features, rated.score > 5, rated.group)
    for learn in (paper_svm, searched_svm):
        probability = learn(known, 0)(features)
        assert ((probability > 0) & (probability < 1)).all()
    assert ((searched_svm(known, 0)(features) > 0.5) == known.good).mean() > 0.9
