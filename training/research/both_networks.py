"""Is the mean of both networks' ratings worth its cost?

    python -m training.research.both_networks --photos $CRITIC_DATA --run runs/aesthetics --run runs/aesthetics-alexnet

The share of the second network is chosen on validation folds (`validation.csv` of both runs): the best mean of Spearman
over the folds. Then OASIS out of fold and Vessel, five seeds each, and 600 Flickr photos by the shipped models.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from training.research.degraded_copies import REPOSITORY

from critic_core.contracts.manifest import MODEL_FILE
from critic_training.data.photo_sets import Floats, Positions, RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.interval import Measure, figure
from critic_training.evaluation.onnx_model import open_session, predict_files
from critic_training.evaluation.rated_reference import read_reference
from critic_training.evaluation.statistics import accuracy_at, resamples, sides, spearman
from critic_training.export.model_folder import read_manifest
from critic_training.runs.predictions import (
    ACROSS_FILE,
    OUT_OF_FOLD_FILE,
    VALIDATION_FILE,
    read_across,
    read_out_of_fold,
)

MODELS = ("aesthetics", "aesthetics-alexnet")
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
CONFIG = EvaluationConfig()

Ratings = Sequence[Floats]
"""One `[N]` a seed, standard deviations of people's ratings."""
Score = Callable[[Floats, RatedPhotos, Positions], float]


@dataclass(frozen=True)
class Compared:
    """A set with the ratings of both networks."""

    photos: RatedPhotos
    first: Ratings
    second: Ratings


def main() -> None:
    """Print the choice and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with oasis, vessel, ccby and ratings")
    parser.add_argument("--run", type=Path, action="append", required=True, help="a run of each network")
    arguments = parser.parse_args()
    oasis = read_rated(arguments.photos / "oasis")
    first, second = (_first_seed(read_out_of_fold(run / VALIDATION_FILE, oasis)) for run in arguments.run)
    orders = {share: validation_order(oasis, mix(first, second, share)) for share in SHARES}
    print("share of the second network, validation folds:", {share: f"{order:.4f}" for share, order in orders.items()})
    share = max(orders, key=lambda candidate: orders[candidate])
    print(f"\nchosen: {share}\n\n| set | figure | first | second | both | both − first |\n|---|---|---|---|---|---|")
    for compared in _sets(arguments.photos, oasis, arguments.run):
        for line in _rows(compared, share):
            print(line)


def _first_seed(by_seed: dict[int, Floats]) -> Floats:
    return next(iter(by_seed.values()))


def validation_order(photos: RatedPhotos, rating: Floats) -> float:
    """Mean Spearman over the folds, each rated by layers that were not fitted to it."""
    folds = [photos.fold == fold for fold in np.unique(photos.fold)]
    return float(np.mean([spearman(rating[fold], photos.score[fold]) for fold in folds]))


def mix(first: Floats, second: Floats, share: float) -> Floats:
    """`share` of the second."""
    return np.asarray((1 - share) * first + share * second, np.float32)


def _sets(folder: Path, oasis: RatedPhotos, runs: Sequence[Path]) -> Iterator[Compared]:
    vessel = read_rated(folder / "vessel")
    yield Compared(oasis, *(list(read_out_of_fold(run / OUT_OF_FOLD_FILE, oasis).values()) for run in runs))
    yield Compared(vessel, *(list(read_across(run / ACROSS_FILE, vessel).values()) for run in runs))
    yield _flickr(folder)


def _flickr(folder: Path) -> Compared:
    """Rated photos of `ccby`, by the shipped models."""
    table = folder / "ccby" / "attribution.csv"
    files = read_unrated(table)
    reference = read_reference(folder / "ratings", table, files)
    assert reference is not None
    rated = np.flatnonzero(np.isfinite(reference.points))
    chosen = tuple(files[number] for number in rated)
    names = np.array([file.name for file in chosen])
    category, fold = np.full(len(rated), ""), np.zeros(len(rated), np.int64)
    photos = RatedPhotos("Flickr", chosen, reference.points[rated], category, fold, names)
    return Compared(photos, *([_shipped(model, chosen)] for model in MODELS))


def _shipped(model: str, files: tuple[Path, ...]) -> Floats:
    """Ratings: log-odds without the calibration."""
    manifest = read_manifest(REPOSITORY / model / "1")
    session = open_session(REPOSITORY / model / "1" / MODEL_FILE)
    probability, _ = predict_files(session, files, manifest.preprocessing)
    platt = manifest.calibration.parameters
    return np.asarray((np.log(probability / (1 - probability)) - platt["intercept"]) / platt["slope"], np.float32)


def _rows(compared: Compared, share: float) -> Iterator[str]:
    """A line a figure; intervals over themes, or photos where there are none."""
    photos = compared.photos
    both = [mix(first, second, share) for first, second in zip(compared.first, compared.second, strict=True)]
    drawn = resamples(photos.group, CONFIG)
    for name, score in _scores(photos).items():
        of_all = [
            [partial(score, rating, photos) for rating in ratings]
            for ratings in (compared.first, compared.second, both)
        ]
        gains = [_difference(mixed, first) for mixed, first in zip(of_all[2], of_all[0], strict=True)]
        cells = [f"{figure(measures, len(photos.score), drawn[:1]).value:.3f}" for measures in of_all]
        gain = figure(gains, len(photos.score), drawn)
        line = (photos.name, name, *cells, f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]")
        yield f"| {' | '.join(line)} |"


def _difference(mixed: Measure, first: Measure) -> Measure:
    return lambda at: mixed(at) - first(at)


def _scores(photos: RatedPhotos) -> dict[str, Score]:
    """Categories of one photo set are compared within; a set without categories overall."""
    split = sides(photos, CONFIG.good_share)
    order: Score = lambda rating, photos, at: spearman(rating[at], photos.score[at])  # noqa: E731
    if len(np.unique(photos.category)) == 1:
        return {"Spearman": order}
    right: Score = lambda rating, photos, at: accuracy_at(rating, photos, split, at)  # noqa: E731
    return {"Spearman": order, "Spearman within category": _within, "top against bottom 30 %": right}


def _within(rating: Floats, photos: RatedPhotos, at: Positions) -> float:
    """Mean over categories."""
    category = photos.category[at]
    parts = [at[category == name] for name in np.unique(category)]
    return float(np.mean([spearman(rating[part], photos.score[part]) for part in parts]))


if __name__ == "__main__":
    main()
