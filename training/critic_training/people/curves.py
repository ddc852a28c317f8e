"""Figure 3 of the paper for this stage: loss, and order of the held-out fold, by step."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from critic_training.data.photo_sets import Positions
from critic_training.evaluation.statistics import spearman
from critic_training.people.cross_validation import Chosen
from critic_training.people.features import Rated
from critic_training.people.fit import RatingLayers, Watch
from critic_training.people.hyperparameters import PeopleHyperparameters
from critic_training.runs.predictions import write_rows

CURVES_FILE = "curves.csv"
HEADER = ("iteration", "train_loss", "spearman")
EVERY = 25  # steps

WatchedFit = Callable[[Rated, PeopleHyperparameters, Watch], RatingLayers]


def write_curves(people: Rated, fold: Positions, chosen: Chosen, fit: WatchedFit, folder: Path) -> None:
    """Fits each fold's layers once more; writes `fold-*/curves.csv`."""
    for test, config in chosen.by_fold.items():
        held_out = torch.from_numpy(fold == test)
        curve = Curve(people.select(held_out))
        fit(people.select(~held_out), config, curve)
        (folder / f"fold-{test}").mkdir(parents=True, exist_ok=True)
        write_rows(folder / f"fold-{test}" / CURVES_FILE, HEADER, curve.rows)


class Curve:
    """A row with the mean loss every `EVERY` steps."""

    def __init__(self, held_out: Rated) -> None:
        self.held_out = held_out
        self.losses: list[float] = []
        self.rows: list[tuple[object, ...]] = []

    def __call__(self, step: int, loss: float, average: RatingLayers) -> None:
        """Ratings in evaluation mode draw no random numbers: a watched fit gives the same layers."""
        self.losses.append(loss)
        if step % EVERY:
            return
        order = spearman(average.rate(self.held_out.plain).numpy(), self.held_out.rating.numpy())
        self.rows.append((step, f"{np.mean(self.losses):.4f}", f"{order:.4f}"))
        self.losses.clear()
