"""No photo is rated by layers that were fitted to its fold, or chosen by it."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from critic_training.networks.maps import MapsNetwork
from critic_training.people.cross_validation import Chosen, choose, rate_out_of_fold
from critic_training.people.features import Rated
from critic_training.people.fit import RatingLayers, fit_layers
from critic_training.people.hyperparameters import PeopleHyperparameters

Fit = Callable[[Rated, PeopleHyperparameters, int], RatingLayers]
Folds = np.typing.NDArray[np.int64]
GOOD, BAD = PeopleHyperparameters(steps=25), PeopleHyperparameters(steps=2, learning_rate=1e-7)


@pytest.fixture
def fit(network: MapsNetwork, pool: Rated) -> Fit:
    return lambda photos, config, seed: fit_layers(network, photos, pool, config, seed)


def relabelled(people: Rated, fold: Folds, number: int) -> Rated:
    """One fold has the opposite ratings."""
    sign = torch.from_numpy(np.where(fold == number, -1, 1)).float()
    return dataclasses.replace(people, rating=people.rating * sign)


def test_ratings_of_a_fold_do_not_depend_on_its_labels(people: Rated, fold: Folds, fit: Fit) -> None:
    chosen = Chosen(dict.fromkeys(range(4), GOOD), GOOD)
    (_, before), (_, after) = (
        next(rate_out_of_fold(photos, fold, chosen, fit, (7,))) for photos in (people, relabelled(people, fold, 2))
    )
    np.testing.assert_array_equal(before[fold == 2], after[fold == 2])
    assert not np.array_equal(before[fold == 1], after[fold == 1])


def test_a_choice_depends_on_validation_and_not_on_test_labels(people: Rated, fold: Folds, fit: Fit) -> None:
    chosen = choose(people, fold, (BAD, GOOD), fit, seed=7)
    assert chosen == Chosen(dict.fromkeys(range(4), GOOD), GOOD)
    validation_reversed = choose(relabelled(people, fold, 3), fold, (BAD, GOOD), fit, seed=7)
    assert validation_reversed.by_fold[3] == GOOD
    assert validation_reversed.by_fold[2] == BAD


def test_layers_are_fitted_to_all_but_test_and_validation(people: Rated, fold: Folds, fit: Fit) -> None:
    sizes: list[int] = []

    def count(photos: Rated, config: PeopleHyperparameters, seed: int) -> RatingLayers:
        sizes.append(len(photos.rating))
        return fit(photos, dataclasses.replace(config, steps=1), seed)

    chosen = choose(people, fold, (BAD, GOOD), count, seed=7)
    assert sizes == [40] * 8
    sizes.clear()
    assert [seed for seed, _ in rate_out_of_fold(people, fold, chosen, count, (7, 8))] == [7, 8]
    assert sizes == [60] * 8


def test_one_choice_is_not_measured(people: Rated, fold: Folds) -> None:
    def refuse(photos: Rated, config: PeopleHyperparameters, seed: int) -> RatingLayers:
        raise AssertionError("fitted")

    assert choose(people, fold, (GOOD,), refuse, seed=7) == Chosen(dict.fromkeys(range(4), GOOD), GOOD)
