"""Figures of the shipped model on reference photos that raters rated: evaluation only.

Tables in the folder of ratings: `<set>.csv` (file, score 0 to 100) and `kinds.csv` (file, kind).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import Metric, Scale
from critic_training.data.photo_sets import Floats, Positions, photo_name
from critic_training.data.rated_pool import UNKNOWN_KIND, read_kinds
from critic_training.evaluation.interval import RESAMPLES, Figure, figure, of_photos
from critic_training.evaluation.served_scores import served_scores
from critic_training.evaluation.statistics import spearman

FEWEST = 10
"""Photos of a kind: means of fewer say nothing."""


@dataclass(frozen=True)
class RatedReference:
    """`points` `[N]`: by raters, 0 to 100; not a number without a rating. `kind` `[N]`: column of the output `kind`."""

    name: str
    points: Floats
    kind: Positions


def read_reference(ratings: Path, table: Path, files: tuple[Path, ...]) -> RatedReference | None:
    """Ratings of the photos of `table`; None without a table of ratings."""
    name = table.parent.name
    rated, kinds = ratings / f"{name}.csv", read_kinds(ratings / "kinds.csv")
    if not rated.is_file():
        return None
    with rated.open(newline="", encoding="utf-8") as opened:
        points = {row["file"]: float(row["score"]) for row in csv.DictReader(opened)}
    names = [photo_name(file) for file in files]
    return RatedReference(
        name,
        np.array([points.get(photo, np.nan) for photo in names], np.float32),
        np.array([kinds.get(f"{name}/{photo}", UNKNOWN_KIND) for photo in names], np.int64),
    )


def reference_metrics(
    reference: RatedReference, probability: Floats, kinds: Floats | None, scale: Scale
) -> Iterator[Metric]:
    """`probability` `[N]` and `kinds` `[N, K]` as served."""
    dataset, rated = f"{reference.name}, rated photos", np.isfinite(reference.points)
    score, points = served_scores(probability, scale), reference.points
    yield _metric("spearman", dataset, _order(score[rated], points[rated]))
    if scale.half_width is not None:
        covered = within_intervals(points[rated], probability[rated], scale)
        yield _metric("within the interval", dataset, of_photos(covered, np.mean))
    for kind, bias in bias_by_kind(score[rated] - points[rated], reference.kind[rated]).items():
        yield _metric("mean score less raters' mean", dataset, bias, kind)
    known = reference.kind != UNKNOWN_KIND
    if kinds is not None and known.any():
        right = (kinds.argmax(1)[known] == reference.kind[known]).astype(np.float32)
        yield _metric("kind recognised", reference.name, of_photos(right, np.mean))


def bias_by_kind(difference: Floats, kind: Positions) -> dict[PhotoKind, Figure]:
    """Means of score less rating `[N]`, of kinds with enough photos."""
    chosen = {name: kind == number for number, name in enumerate(PhotoKind)}
    return {name: of_photos(difference[of], np.mean) for name, of in chosen.items() if of.sum() >= FEWEST}


def within_intervals(points: Floats, probability: Floats, scale: Scale) -> Floats:
    """1 where the rating is within the score's interval, else 0, `[N]`."""
    intervals = [scale.interval(float(value)) for value in probability]
    inside = [
        interval is not None and interval.low <= point <= interval.high
        for interval, point in zip(intervals, points, strict=True)
    ]
    return np.array(inside, np.float32)


def _order(score: Floats, points: Floats) -> Figure:
    drawn = np.random.default_rng(7).integers(0, len(score), (RESAMPLES, len(score)))
    return figure([lambda at: spearman(score[at], points[at])], len(score), list(drawn))


def _metric(name: str, dataset: str, found: Figure, category: str | None = None) -> Metric:
    value, low, high = (round(number, 4) for number in (found.value, found.low, found.high))
    return Metric(name=name, dataset=dataset, value=value, low=low, high=high, category=category)
