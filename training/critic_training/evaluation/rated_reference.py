"""Figures of the shipped model on reference photos that raters rated: evaluation only.

Tables in the folder of ratings: `<set>.csv` (file, score 0 to 100) and `kinds.csv` (file, kind).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.critique import Kind
from critic_core.contracts.manifest import Metric, Scale
from critic_training.data.photo_sets import Floats, Positions, photo_name
from critic_training.data.rated_pool import UNKNOWN_KIND, read_kinds
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
    score = served_scores(probability, scale)
    yield _metric("spearman", dataset, spearman(score[rated], reference.points[rated]))
    if scale.half_width is not None:
        yield _metric("within the interval", dataset, _covered(reference.points[rated], probability[rated], scale))
    for number, kind in enumerate(Kind):
        chosen = rated & (reference.kind == number)
        if chosen.sum() >= FEWEST:
            bias = float((score[chosen] - reference.points[chosen]).mean())
            yield _metric("mean score less raters' mean", dataset, bias, kind)
    known = reference.kind != UNKNOWN_KIND
    if kinds is not None and known.any():
        right = kinds.argmax(1)[known] == reference.kind[known]
        yield _metric("kind recognised", reference.name, float(right.mean()))


def _covered(points: Floats, probability: Floats, scale: Scale) -> float:
    intervals = [scale.interval(float(value)) for value in probability]
    inside = [
        interval is not None and interval.low <= point <= interval.high
        for interval, point in zip(intervals, points, strict=True)
    ]
    return float(np.mean(inside))


def _metric(name: str, dataset: str, value: float, category: str | None = None) -> Metric:
    return Metric(name=name, dataset=dataset, value=round(value, 4), category=category)
