"""Tables I and II: every machine and the network on the same photos, folds and classes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.table import Table

from critic_training.data.photo_sets import Floats, Rated
from critic_training.evaluation.statistics import resamples, sides
from critic_training.evaluation.figures import OVERALL, classes, ranks
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.interval import Figure, figure

COLUMNS = ("precision", "recall", "F1", "accuracy", "AUC")
ACROSS = "top 30 % against bottom 30 %"


@dataclass(frozen=True)
class Entrant:
    """`probability` and `across` hold one answer `[N]` a seed, about the rated photos and about the other set."""

    name: str
    probability: Sequence[Floats]
    across: Sequence[Floats]


@dataclass(frozen=True)
class Row:
    """Figures by name, with intervals; `across`: accuracy within category on the set never trained on."""

    name: str
    figures: dict[str, Figure]
    across: Figure | None


@dataclass(frozen=True)
class Lead:
    """Points of accuracy that one entrant is ahead of another, on the same photos."""

    name: str
    over: str
    points: Figure


def row(entrant: Entrant, rated: Rated, other: Rated | None, knobs: EvaluationConfig) -> Row:
    """Table I's line."""
    found = classes(entrant.probability, rated, knobs)
    there = ranks(entrant.across, other, knobs)[ACROSS, OVERALL] if other and entrant.across else None
    return Row(entrant.name, {name: found[name] for name in COLUMNS}, there)


def lead(one: Entrant, other: Entrant, rated: Rated, knobs: EvaluationConfig) -> Lead:
    """Table II: the difference, its interval by themes drawn anew for both at once."""
    split = sides(rated, knobs.good_share)
    drawn = resamples(rated.group, knobs)

    def points(mine: Floats, theirs: Sequence[Floats], at: npt.NDArray[np.int64]) -> float:
        at = at[split.either[at]]
        right = (mine[at] > 0.5) == split.good[at]
        others = [((told[at] > 0.5) == split.good[at]).mean() for told in theirs]
        return 100 * float(right.mean() - np.mean(others))

    measures = [partial(points, told, other.probability) for told in one.probability]
    return Lead(one.name, other.name, figure(measures, len(rated.score), drawn))


def to_json(rows: Sequence[Row], leads: Sequence[Lead]) -> dict[str, Any]:
    """Plain values, for a report."""
    return {"table1": [asdict(row) for row in rows], "table2": [asdict(lead) for lead in leads]}


def table_one(rows: Sequence[Row]) -> Table:
    """For a terminal."""
    shown = Table("machine", *COLUMNS, "other set, accuracy", title="Table I: out of fold, 95 % intervals over themes")
    for one in rows:
        shown.add_row(one.name, *(_cell(one.figures[name]) for name in COLUMNS), _cell(one.across))
    return shown


def table_two(leads: Sequence[Lead]) -> Table:
    """For a terminal."""
    shown = Table("", "is ahead of", "by points of accuracy", title="Table II")
    for one in leads:
        figures = one.points
        shown.add_row(one.name, one.over, f"{figures.value:+.1f} [{figures.low:+.1f}, {figures.high:+.1f}]")
    return shown


def _cell(value: Figure | None) -> str:
    return "" if value is None else f"{value.value:.3f} [{value.low:.2f}, {value.high:.2f}]"
