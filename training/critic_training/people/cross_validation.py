"""Choice of hyperparameters, and ratings out of fold: no layers rate a fold that fitted or chose them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

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
    """Hyperparameters of each fold's layers, and of the final ones: the best over all validation folds."""

    by_fold: dict[int, PeopleHyperparameters]
    final: PeopleHyperparameters


def choose(people: Rated, fold: Positions, choices: Sequence[PeopleHyperparameters], fit: Fit, seed: int) -> Chosen:
    """For each test fold, by the next fold: layers fitted to the rest. One choice costs nothing."""
    folds = [int(number) for number in np.unique(fold)]
    if len(choices) == 1:
        return Chosen(dict.fromkeys(folds, choices[0]), choices[0])
    figures = np.array(
        [
            [_validate(people, fold, test, folds[(at + 1) % len(folds)], fit, config, seed) for config in choices]
            for at, test in enumerate(folds)
        ]
    )
    best = figures.argmax(1)
    by_fold = {test: choices[number] for test, number in zip(folds, best, strict=True)}
    return Chosen(by_fold, choices[int(figures.mean(0).argmax())])


def _validate(  # noqa: PLR0913, PLR0917 - who is left out, and what is tried
    people: Rated, fold: Positions, test: int, validation: int, fit: Fit, config: PeopleHyperparameters, seed: int
) -> float:
    layers = fit(people.select(_mask(~np.isin(fold, (test, validation)))), config, seed)
    held_out = _mask(fold == validation)
    return spearman(layers.rate(people.plain[held_out]).numpy(), people.rating[held_out].numpy())


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
