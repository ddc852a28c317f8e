"""Data folders: a table of photos, and the photo files next to the table.

`labels.csv` of a rated set, `index.csv` of the pool, `attribution.csv` of the reference set.
"""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare

Floats = npt.NDArray[np.float32]
Inputs = npt.NDArray[np.uint8]
"""Network inputs, `[N, 224, 224, 3]`."""
Positions = npt.NDArray[np.int64]
"""Positions of photos in a set."""


@dataclass(frozen=True)
class RatedPhotos:
    """Photos with mean ratings (1 to 7). All photos of one theme (`group`) have the same `fold`."""

    name: str
    files: tuple[Path, ...]
    score: Floats
    category: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int64]
    group: npt.NDArray[np.str_]

    def subset(self, positions: Positions) -> "RatedPhotos":
        """The photos at these positions."""
        files = tuple(self.files[position] for position in positions)
        score, category, fold, group = self.score, self.category, self.fold, self.group
        return RatedPhotos(self.name, files, score[positions], category[positions], fold[positions], group[positions])

    def category_numbers(self) -> Positions:
        """Categories as numbers `[N]`, in alphabetical order."""
        return np.unique(self.category, return_inverse=True)[1].astype(np.int64)


def read_rated(folder: Path) -> RatedPhotos:
    """A folder with `labels.csv`: columns file, score, category, fold and, for known themes, group."""
    rows = _rows(folder / "labels.csv")
    return RatedPhotos(
        name=folder.name,
        files=tuple(folder / row["file"] for row in rows),
        score=np.array([float(row["score"]) for row in rows], np.float32),
        category=np.array([row["category"] for row in rows]),
        fold=np.array([int(row["fold"]) for row in rows]),
        group=np.array([row.get("group", row["file"]) for row in rows]),
    )


def read_unrated(table: Path) -> tuple[Path, ...]:
    """Photo files of a table (`index.csv`, `attribution.csv`): its column `file`."""
    return tuple(table.parent / row["file"] for row in _rows(table))


def photo_name(file: Path) -> str:
    """The photo's name in `labels.csv`: folder and file."""
    return f"{file.parent.name}/{file.name}"


def load(files: tuple[Path, ...], preprocessing: Preprocessing, workers: int = 2) -> Iterator[Inputs]:
    """Network inputs in batches of 64, by the preprocessing code of serving."""
    with ThreadPoolExecutor(workers) as pool:  # Pillow decodes and resizes outside the GIL
        for start in range(0, len(files), 64):
            photos = pool.map(lambda path: prepare(path.read_bytes(), preprocessing), files[start : start + 64])
            yield np.stack(list(photos))


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
