"""What a training run said: its out-of-fold and cross-data-set answers, in the order of the rated photos."""

import csv
from pathlib import Path

import numpy as np

from critic_training.data.photo_sets import Floats, Rated


def out_of_fold(file: Path, rated: Rated) -> dict[int, Floats]:
    """Ratings `[N]` by seed. Raises ValueError when a seed has not answered about every photo."""
    return _by_seed(_read(file), rated)


def across(file: Path, rated: Rated) -> dict[int, Floats]:
    """Ratings `[N]` by seed, of the set that is called like `rated`."""
    return _by_seed([row for row in _read(file) if row["dataset"] == rated.name], rated)


def _by_seed(rows: list[dict[str, str]], rated: Rated) -> dict[int, Floats]:
    told: dict[int, dict[str, float]] = {}
    for row in rows:
        told.setdefault(int(row["seed"]), {})[row["file"]] = float(row["rating"])
    names = [f"{file.parent.name}/{file.name}" for file in rated.files]
    missing = {seed: set(names) - of_seed.keys() for seed, of_seed in told.items()}
    if any(missing.values()) or not told:
        raise ValueError(f"not every photo of {rated.name} was answered about")
    return {seed: np.array([of_seed[name] for name in names], np.float32) for seed, of_seed in told.items()}


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))
