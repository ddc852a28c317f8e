"""The photos at both ends of the score: contact sheets, authors and measured properties."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.properties import MEASURES, View, measure_all
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.sanity import Scorer

COUNT = 100
RESAMPLES = 2000


@dataclass(frozen=True)
class Photo:
    """One photo of a table with authors, its score and its measured properties by name."""

    file: Path
    author: str
    page: str
    licence: str
    score: float
    properties: dict[str, float]


@dataclass(frozen=True)
class Contrast:
    """A property's mean at both ends, and their difference in standard deviations over all photos, with interval."""

    name: str
    unit: str
    best: float
    worst: float
    difference: float
    low: float
    high: float


def score_photos(table: Path, scorer: Scorer, preprocessing: Preprocessing) -> list[Photo]:
    """Every photo of the table (columns file, author, landing_url, license), best first."""
    with table.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    photos = [_score_photo(table.parent / row["file"], row, scorer, preprocessing) for row in rows]
    return sorted(photos, key=lambda photo: -photo.score)


def _score_photo(file: Path, row: dict[str, str], scorer: Scorer, preprocessing: Preprocessing) -> Photo:
    pixels = decode(file.read_bytes(), preprocessing).pixels
    score = float(scorer(to_input(pixels, preprocessing)[None])[0])
    measured = {str(name): measurement.value for name, measurement in measure_all(View(pixels)).items()}
    return Photo(file, row["author"], row["landing_url"], row["license"], score, measured)


def ends(photos: Sequence[Photo], count: int = COUNT) -> tuple[list[Photo], list[Photo]]:
    """The best, best first, and the worst, worst first; of few photos a third each."""
    count = min(count, len(photos) // 3)
    return list(photos[:count]), list(reversed(photos[-count:]))


def contrasts(photos: Sequence[Photo], best: Sequence[Photo], worst: Sequence[Photo]) -> list[Contrast]:
    """Of every measured property."""
    random = np.random.default_rng(7)
    found = []
    for name, measure in MEASURES.items():
        every, top, bottom = (
            np.array([photo.properties[name] for photo in group], np.float32) for group in (photos, best, worst)
        )
        spread = float(every.std()) or 1.0
        drawn = [(_resampled_mean(top, random) - _resampled_mean(bottom, random)) / spread for _ in range(RESAMPLES)]
        low, high = np.quantile(drawn, [0.025, 0.975])
        means = float(top.mean()), float(bottom.mean())
        found.append(Contrast(str(name), measure.unit, *means, (means[0] - means[1]) / spread, float(low), float(high)))
    return found


def _resampled_mean(values: Floats, random: np.random.Generator) -> float:
    return float(random.choice(values, len(values)).mean())
