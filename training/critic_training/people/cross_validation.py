"""Choice of hyperparameters, and ratings out of fold: no layers rate a fold that fitted or chose them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from critic_training.data.photo_sets import Floats, Positions
from critic_training.evaluation.statistics import spearman
from critic_training.people.features import Rated
from critic_training.people.fit import RatingLayers
from critic_training.people.hyperparameters import PeopleHyperparameters

Fit = Callable[[Rated, PeopleHyperparameters, int], RatingLayers]
"""Layers fitted to these photos, with these hyperparameters and this seed."""


@dataclass(frozen=True)
class Chosen:
    """Hyperparameters of each fold's layers, and of the final ones: the best over all validation folds.

    `validated` `[N]`: ratings of each fold as the validation fold, by the final hyperparameters: for later choices.
    """

    by_fold: dict[int, PeopleHyperparameters]
    final: PeopleHyperparameters
    validated: Floats = field(compare=False)


def choose(people: Rated, fold: Positions, choices: Sequence[PeopleHyperparameters], fit: Fit, seed: int) -> Chosen:
    """For each test fold, by the next fold: layers fitted to the rest."""
    folds = [int(number) for number in np.unique(fold)]
    validation = dict(zip(folds, folds[1:] + folds[:1], strict=True))
    ratings = [_rate_validation(people, fold, validation, fit, config, seed) for config in choices]
    rated = people.rating.numpy()
    figures = np.array(
        [
            [spearman(of_choice[fold == held], rated[fold == held]) for of_choice in ratings]
            for held in validation.values()
        ]
    )
    by_fold = {test: choices[number] for test, number in zip(folds, figures.argmax(1), strict=True)}
    final = int(figures.mean(0).argmax())
    return Chosen(by_fold, choices[final], ratings[final])


def _rate_validation(  # noqa: PLR0913, PLR0917 - who is left out, and what is tried
    people: Rated, fold: Positions, validation: dict[int, int], fit: Fit, config: PeopleHyperparameters, seed: int
) -> Floats:
    """`[N]`: each validation fold's by layers fitted to neither it nor its test fold."""
    ratings = np.zeros(len(fold), np.float32)
    for test, held_out in validation.items():
        layers = fit(people.select(_mask(~np.isin(fold, (test, held_out)))), config, seed)
        ratings[fold == held_out] = layers.rate(people.plain[_mask(fold == held_out)]).numpy()
    return ratings


def rate_out_of_fold(
    people: Rated, fold: Positions, chosen: Chosen, fit: Fit, seeds: Sequence[int]
) -> Iterator[tuple[int, Floats]]:
    """Seed and ratings `[N]`: each fold's by layers fitted to the other folds."""
    for seed in seeds:
        ratings = np.zeros(len(fold), np.float32)
        for test, config in chosen.by_fold.items():
            layers = fit(people.select(_mask(fold != test)), config, seed)
            ratings[fold == test] = layers.rate(people.plain[_mask(fold == test)]).numpy()
        yield seed, ratings


def _mask(values: np.typing.NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(values)
