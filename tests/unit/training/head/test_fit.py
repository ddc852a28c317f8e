"""A head preserves the order of the ratings, and ranks photos above their degraded copies."""

import dataclasses

import numpy as np

from critic_training.evaluation.statistics import spearman
from critic_training.head.fit import TrainingSet, fit_head
from critic_training.head.hyperparameters import HeadHyperparameters
from critic_training.head.teacher import fit_scaler, fit_teacher

CONFIG = HeadHyperparameters(steps=200)


def ordered(training_set: TrainingSet, config: HeadHyperparameters) -> float:
    head = fit_head(training_set, 64, config)
    return float((head.rating(training_set.copies) < head.rating(training_set.pool.plain)[training_set.origin]).mean())


def test_ratings_are_learnt_in_their_own_unit(training_set: TrainingSet) -> None:
    ratings = fit_head(training_set, 64, CONFIG).rating(training_set.rated.plain)
    assert spearman(ratings, training_set.score) > 0.85
    assert abs(float(ratings.mean() - training_set.score.mean())) < 0.2


def test_degraded_copies_rank_below_their_photos_with_a_ranking_loss_only(training_set: TrainingSet) -> None:
    assert ordered(training_set, CONFIG) > 0.95
    assert ordered(training_set, dataclasses.replace(CONFIG, ranking=0.0)) < 0.8


def test_mirror_images_have_the_rating_of_their_photo(training_set: TrainingSet) -> None:
    flipped = dataclasses.replace(training_set.pool, mirrored=training_set.pool.plain * np.float32([1] * 11 + [-1]))
    head = fit_head(dataclasses.replace(training_set, pool=flipped), 64, CONFIG)
    moved = np.abs(head.rating(flipped.mirrored) - head.rating(flipped.plain))
    assert np.median(moved) < 0.15


def test_the_same_seed_learns_the_same_and_another_does_not(training_set: TrainingSet) -> None:
    config = HeadHyperparameters(steps=5)
    first, same, different = (fit_head(training_set, 8, dataclasses.replace(config, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.hidden, same.hidden)
    assert not np.array_equal(first.hidden, different.hidden)


def test_a_selection_of_photos_has_their_rows_only(training_set: TrainingSet) -> None:
    chosen = np.arange(200) % 4 != 1
    selected = training_set.select_rated(chosen)
    np.testing.assert_array_equal(selected.score, training_set.score[chosen])
    np.testing.assert_array_equal(
        selected.rated.concatenate(),
        np.concatenate([training_set.rated.plain[chosen], training_set.rated.mirrored[chosen]]),
    )


def test_the_teacher_fits_its_training_ratings(training_set: TrainingSet) -> None:
    teacher = fit_teacher(training_set.rated, training_set.score, CONFIG)
    assert spearman(teacher(training_set.rated.plain), training_set.score) > 0.9


def test_scaled_features_have_mean_zero_and_deviation_one(random: np.random.Generator) -> None:
    pooled = random.gamma(2.0, size=(100, 8)).astype(np.float32)
    scaled = fit_scaler(pooled)(pooled)
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(0), 1, atol=1e-4)
