"""A head keeps the order of the ratings, and puts photos above their worse copies."""

import dataclasses

import numpy as np

from critic_training.evaluation.statistics import spearman
from critic_training.head.fit import Lesson, learn
from critic_training.head.hyperparameters import HeadKnobs
from critic_training.head.teacher import standard, teach

KNOBS = HeadKnobs(steps=200)


def ordered(lesson: Lesson, knobs: HeadKnobs) -> float:
    head = learn(lesson, 64, knobs)
    return float((head.rating(lesson.copies) < head.rating(lesson.pool.plain)[lesson.origin]).mean())


def test_ratings_are_learnt_in_their_own_unit(lesson: Lesson) -> None:
    told = learn(lesson, 64, KNOBS).rating(lesson.rated.plain)
    assert spearman(told, lesson.score) > 0.85
    assert abs(float(told.mean() - lesson.score.mean())) < 0.2


def test_worse_copies_are_below_their_photos_only_when_that_is_asked_for(lesson: Lesson) -> None:
    assert ordered(lesson, KNOBS) > 0.95
    assert ordered(lesson, dataclasses.replace(KNOBS, ranking=0.0)) < 0.8


def test_mirror_images_get_the_rating_of_their_photo(lesson: Lesson) -> None:
    turned = dataclasses.replace(lesson.pool, mirrored=lesson.pool.plain * np.float32([1] * 11 + [-1]))
    head = learn(dataclasses.replace(lesson, pool=turned), 64, KNOBS)
    moved = np.abs(head.rating(turned.mirrored) - head.rating(turned.plain))
    assert np.median(moved) < 0.15


def test_the_same_seed_learns_the_same_and_another_does_not(lesson: Lesson) -> None:
    knobs = HeadKnobs(steps=5)
    one, same, other = (learn(lesson, 8, dataclasses.replace(knobs, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.hidden, same.hidden)
    assert not np.array_equal(one.hidden, other.hidden)


def test_a_lesson_of_some_photos_has_nothing_of_the_others(lesson: Lesson) -> None:
    chosen = np.arange(200) % 4 != 1
    some = lesson.of(chosen)
    np.testing.assert_array_equal(some.score, lesson.score[chosen])
    np.testing.assert_array_equal(
        some.rated.both(), np.concatenate([lesson.rated.plain[chosen], lesson.rated.mirrored[chosen]])
    )


def test_the_teacher_fits_what_it_was_taught(lesson: Lesson) -> None:
    teacher = teach(lesson.rated, lesson.score, KNOBS)
    assert spearman(teacher(lesson.rated.plain), lesson.score) > 0.9


def test_standard_has_mean_zero_and_deviation_one(random: np.random.Generator) -> None:
    pooled = random.gamma(2.0, size=(100, 8)).astype(np.float32)
    told = standard(pooled)(pooled)
    np.testing.assert_allclose(told.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(told.std(0), 1, atol=1e-4)
