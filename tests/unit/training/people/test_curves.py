"""Learning curves: a watched fit gives the same layers, and rates a held-out fold better and better."""

import csv
from pathlib import Path

import numpy as np
import torch

from critic_training.networks.maps import MapsNetwork
from critic_training.people.cross_validation import Chosen
from critic_training.people.curves import EVERY, Curve, write_curves
from critic_training.people.features import Rated
from critic_training.people.fit import RatingLayers, Watch, fit_layers
from critic_training.people.hyperparameters import PeopleHyperparameters

CONFIG = PeopleHyperparameters(steps=2 * EVERY)


def test_a_watched_fit_gives_the_same_layers(network: MapsNetwork, people: Rated, pool: Rated) -> None:
    watched, plain = (fit_layers(network, people, pool, CONFIG, 7, watch) for watch in (Curve(people), None))
    assert torch.equal(watched.rate(people.plain), plain.rate(people.plain))


def test_a_curve_a_fold_of_photos_held_out(
    network: MapsNetwork, people: Rated, pool: Rated, fold: np.typing.NDArray[np.int64], tmp_path: Path
) -> None:
    def fit(photos: Rated, config: PeopleHyperparameters, watch: Watch) -> RatingLayers:
        assert len(photos.rating) == 60
        return fit_layers(network, photos, pool, config, 7, watch)

    chosen = Chosen(dict.fromkeys(range(4), CONFIG), CONFIG)
    write_curves(people, fold, chosen, fit, tmp_path)
    with (tmp_path / "fold-3" / "curves.csv").open(newline="") as opened:
        first, last = csv.DictReader(opened)
    assert (first["iteration"], last["iteration"]) == (str(EVERY), str(2 * EVERY))
    assert float(last["train_loss"]) < float(first["train_loss"])
    assert float(last["spearman"]) > 0.5
