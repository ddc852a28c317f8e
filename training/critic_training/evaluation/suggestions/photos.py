"""Rated photos in halves: one chose the thresholds, the other is measured."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from critic_core.imaging.decode import Pixels

LONG_SIDE = 640
WELL_RATED = 2 / 3


@dataclass(frozen=True)
class RatedPhotos:
    """The well rated (upper third of their table) of a half, and the rest."""

    well: list[Path]
    rest: list[Path]


def rated_photos(tables: Sequence[Path], first: int) -> RatedPhotos:
    """Every second row from `first` (0 or 1) on, counted through all tables with the columns `file` and `score`."""
    well, rest, rows = list[Path](), list[Path](), 0
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            entries = [(path.parent / row["file"], float(row["score"])) for row in csv.DictReader(file)]
        least = float(np.quantile([score for _, score in entries], WELL_RATED))
        for photo, score in entries[(first + rows) % 2 :: 2]:
            (well if score >= least else rest).append(photo)
        rows += len(entries)
    return RatedPhotos(well, rest)


def spread(photos: Sequence[Path], count: int) -> Sequence[Path]:
    """At most `count`, spread over the sequence."""
    return photos[:: max(1, len(photos) // count)][:count]


def read(photo: Path) -> Pixels:
    """uint8 `[h, w, 3]`, the size of a preview."""
    image = Image.open(photo).convert("RGB")
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    return np.asarray(image)
