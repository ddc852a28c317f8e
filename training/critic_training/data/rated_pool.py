"""Pool photos with ratings of several raters, on one scale: that of people's ratings of OASIS.

Every rater also rated 60 photos of OASIS. A linear map gives a rater's ratings of these photos the mean and deviation
of people's, in standard deviations of all OASIS ratings. Tables:

- `pool.csv` (file, score, rater): photos next to the pool's table
- `kinds.csv` (file, kind): what a photo is of; files begin with the folder of the pool
- `oasis_check.csv` (file, score, rater): the common photos
- `index.csv` of further photos (file, kind, score), of one rater
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_training.data.photo_sets import Floats, Positions, RatedPhotos, photo_name

KINDS = "PAFLGBIVOT"
"""Codes of `critic_core.contracts.critique.PhotoKind`, in its order: people, animal, food, … text or drawing."""
UNKNOWN_KIND = -1
KIND_OF_CATEGORY = {"Person": "P", "Scenery": "L", "Object": "O", "Animal": "A"}
KIND_OF_SUBJECT = {
    "portrait": "P", "person": "P", "group or people at work": "P", "landscape": "L", "plant": "G", "night": "B",
    "architecture or town": "B", "animal": "A", "object": "O", "interior": "I",
}  # fmt: skip
FURTHER_RATER = "m"

Row = dict[str, str]


@dataclass(frozen=True)
class RatedPool:
    """`rating` `[N]`: standard deviations of people's OASIS ratings, 0 their mean; `kind` `[N]`: position in KINDS."""

    files: tuple[Path, ...]
    rating: Floats
    kind: Positions

    def subset(self, positions: Positions) -> "RatedPool":
        """The photos at these positions."""
        files = tuple(self.files[position] for position in positions)
        return RatedPool(files, self.rating[positions], self.kind[positions])

    def __add__(self, second: "RatedPool") -> "RatedPool":
        rating, kind = np.concatenate([self.rating, second.rating]), np.concatenate([self.kind, second.kind])
        return RatedPool(self.files + second.files, rating, kind)


@dataclass(frozen=True)
class RaterScale:
    """From a rater's scale to people's: `factor · score + offset`."""

    factor: float
    offset: float

    def __call__(self, score: float) -> float:
        return self.factor * score + self.offset


def standardise_people(rated: RatedPhotos) -> RatedPool:
    """OASIS on the same scale; categories as kinds. Raises ValueError for a category without a kind."""
    unknown = set(rated.category) - KIND_OF_CATEGORY.keys()
    if unknown:
        raise ValueError(f"{rated.name}: no kind for the category {', '.join(sorted(unknown))}")
    kind = np.array([KINDS.index(KIND_OF_CATEGORY[category]) for category in rated.category], np.int64)
    return RatedPool(rated.files, (rated.score - rated.score.mean()) / rated.score.std(), kind)


def read_pool(ratings: Path, pool: Path, rated: RatedPhotos) -> RatedPool:
    """Rated photos next to the pool's table `pool`. Raises ValueError for missing tables, columns and raters."""
    scales, kinds = rater_scales(ratings, rated), read_kinds(ratings / "kinds.csv")
    rows = _rows(ratings / "pool.csv", ("file", "score", "rater"))
    folder = pool.parent
    return RatedPool(
        files=tuple(folder / row["file"] for row in rows),
        rating=np.array([_scale(scales, row["rater"])(float(row["score"])) for row in rows], np.float32),
        kind=np.array([kinds.get(f"{folder.name}/{row['file']}", UNKNOWN_KIND) for row in rows], np.int64),
    )


def read_more(more: Path, ratings: Path, rated: RatedPhotos) -> RatedPool:
    """Further photos of the folder `more`, by one rater; an unknown subject counts as an object."""
    scale = _scale(rater_scales(ratings, rated), FURTHER_RATER)
    rows = _rows(more / "index.csv", ("file", "kind", "score"))
    return RatedPool(
        files=tuple(more / row["file"] for row in rows),
        rating=np.array([scale(float(row["score"])) for row in rows], np.float32),
        kind=np.array([KINDS.index(KIND_OF_SUBJECT.get(row["kind"], "O")) for row in rows], np.int64),
    )


def rater_scales(ratings: Path, rated: RatedPhotos) -> dict[str, RaterScale]:
    """By rater, from the photos that people rated as well."""
    people = dict(zip(map(photo_name, rated.files), standardise_people(rated).rating, strict=True))
    pairs: dict[str, list[tuple[float, float]]] = {}
    for row in _rows(ratings / "oasis_check.csv", ("file", "score", "rater")):
        if row["file"] not in people:
            raise ValueError(f"oasis_check.csv: {rated.name} has no photo {row['file']}")
        pairs.setdefault(row["rater"], []).append((float(row["score"]), float(people[row["file"]])))
    return {rater: fit_scale(rater, np.array(both)) for rater, both in pairs.items()}


def common_scale(scales: Mapping[str, RaterScale]) -> RaterScale:
    """From standard deviations of people's ratings to points, 0 to 100, as the raters of the pool use them."""
    raters = [scale for rater, scale in scales.items() if rater != FURTHER_RATER]
    factor = float(np.mean([1 / scale.factor for scale in raters]))
    return RaterScale(factor, float(np.mean([-scale.offset / scale.factor for scale in raters])))


def fit_scale(rater: str, pairs: Floats) -> RaterScale:
    """`pairs` `[M, 2]`: the rater's and people's ratings. Raises ValueError for a rater with equal ratings only."""
    (mean, target), (spread, target_spread) = pairs.mean(0), pairs.std(0)
    if spread == 0:
        raise ValueError(f"oasis_check.csv: rater {rater} rated all photos the same")
    factor = float(target_spread / spread)
    return RaterScale(factor, float(target - factor * mean))


def _scale(scales: Mapping[str, RaterScale], rater: str) -> RaterScale:
    if rater not in scales:
        raise ValueError(f"oasis_check.csv has no ratings of rater {rater!r}")
    return scales[rater]


def read_kinds(table: Path) -> dict[str, int]:
    """Position in KINDS by file. Raises ValueError for unknown kinds."""
    return dict(_numbered(_rows(table, ("file", "kind"))))


def _numbered(rows: list[Row]) -> Iterator[tuple[str, int]]:
    for row in rows:
        if row["kind"] not in KINDS:
            raise ValueError(f"kinds.csv: unknown kind {row['kind']!r} of {row['file']}; known: {KINDS}")
        yield row["file"], KINDS.index(row["kind"])


def _rows(table: Path, columns: tuple[str, ...]) -> list[Row]:
    if not table.is_file():
        raise ValueError(f"there is no {table}")
    with table.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{table} has no column {', '.join(sorted(missing))}")
        return list(reader)
