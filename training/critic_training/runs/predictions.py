"""Predicted ratings of a run, as CSV: out of fold for the rated photos, and across data sets for evaluation sets.

Columns of `out_of_fold.csv`: file, seed, fold, rating; of `across.csv`: dataset, file, seed, rating; of
`pool.csv`: file, label and rating of photos of the rated pool, which the network was trained on.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from critic_training.data.photo_sets import Floats, RatedPhotos, photo_name

OUT_OF_FOLD_FILE = "out_of_fold.csv"
OUT_OF_FOLD_HEADER = ("file", "seed", "fold", "rating")
ACROSS_FILE = "across.csv"
ACROSS_HEADER = ("dataset", "file", "seed", "rating")
POOL_FILE = "pool.csv"
POOL_HEADER = ("file", "label", "rating")


def write_rows(file: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """A CSV table."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def format_rating(rating: float) -> str:
    """Six decimals: two runs of one seed write the same bytes."""
    return f"{rating:.6f}"


def read_out_of_fold(file: Path, rated: RatedPhotos) -> dict[int, Floats]:
    """Ratings `[N]` by seed, in the order of `rated`. Raises ValueError when a photo has no rating."""
    return _by_seed(_read(file), rated)


def read_across(file: Path, rated: RatedPhotos) -> dict[int, Floats]:
    """Ratings `[N]` by seed of the data set with the name of `rated`. Raises ValueError when a photo has no rating."""
    return _by_seed([row for row in _read(file) if row["dataset"] == rated.name], rated)


class PoolRatings(NamedTuple):
    """Names, and labels and predicted ratings `[N]` in standard deviations of people's ratings."""

    file: tuple[str, ...]
    label: Floats
    rating: Floats


def read_pool_ratings(file: Path) -> PoolRatings:
    """Photos of the rated pool."""
    rows = _read(file)
    label, rating = (np.array([float(row[column]) for row in rows], np.float32) for column in POOL_HEADER[1:])
    return PoolRatings(tuple(row["file"] for row in rows), label, rating)


def _by_seed(rows: list[dict[str, str]], rated: RatedPhotos) -> dict[int, Floats]:
    ratings: dict[int, dict[str, float]] = {}
    for row in rows:
        ratings.setdefault(int(row["seed"]), {})[row["file"]] = float(row["rating"])
    names = [photo_name(file) for file in rated.files]
    missing = {seed: set(names) - by_name.keys() for seed, by_name in ratings.items()}
    if any(missing.values()) or not ratings:
        raise ValueError(f"not every photo of {rated.name} has a rating")
    return {seed: np.array([by_name[name] for name in names], np.float32) for seed, by_name in ratings.items()}


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))
