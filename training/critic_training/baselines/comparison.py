"""Tables I and II: all classifiers and networks on the same photos, folds and classes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from rich.table import Table

from critic_training.data.photo_sets import Floats, Positions, RatedPhotos
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.figures import OVERALL, classes, ranks
from critic_training.evaluation.interval import Figure, figure
from critic_training.evaluation.statistics import resamples, sides

COLUMNS = ("precision", "recall", "F1", "accuracy", "AUC")
ACROSS = "top 30 % against bottom 30 %"


@dataclass(frozen=True)
class ModelPredictions:
    """`probability` and `across`: one array `[N]` a seed, for the rated photos and for the evaluation set."""

    name: str
    probability: Sequence[Floats]
    across: Sequence[Floats]


@dataclass(frozen=True)
class Row:
    """Figures by name, with intervals; `across`: accuracy within category on the evaluation set."""

    name: str
    figures: dict[str, Figure]
    across: Figure | None


@dataclass(frozen=True)
class Lead:
    """Accuracy of model `name` minus that of model `over`, in percentage points, on the same photos."""

    name: str
    over: str
    points: Figure


def row(model: ModelPredictions, rated: RatedPhotos, across: RatedPhotos | None, config: EvaluationConfig) -> Row:
    """A row of table I."""
    figures = classes(model.probability, rated, config)
    accuracy = ranks(model.across, across, config)[ACROSS, OVERALL] if across and model.across else None
    return Row(model.name, {name: figures[name] for name in COLUMNS}, accuracy)


def lead(model: ModelPredictions, reference: ModelPredictions, rated: RatedPhotos, config: EvaluationConfig) -> Lead:
    """A row of table II: the difference, with a paired bootstrap interval over themes."""
    split = sides(rated, config.good_share)
    drawn = resamples(rated.group, config)

    def accuracy(probability: Floats, at: Positions) -> float:
        return float(((probability[at] > 0.5) == split.good[at]).mean())

    def points(probability: Floats, at: Positions) -> float:
        at = at[split.either[at]]
        return 100 * (accuracy(probability, at) - float(np.mean([accuracy(p, at) for p in reference.probability])))

    measures = [partial(points, probability) for probability in model.probability]
    return Lead(model.name, reference.name, figure(measures, len(rated.score), drawn))


def to_json(rows: Sequence[Row], leads: Sequence[Lead]) -> dict[str, Any]:
    """JSON values, for a report."""
    return {"table1": [asdict(row) for row in rows], "table2": [asdict(lead) for lead in leads]}


def table_one(rows: Sequence[Row]) -> Table:
    """Table I for a terminal."""
    table = Table("model", *COLUMNS, "across, accuracy", title="Table I: out of fold, 95 % intervals over themes")
    for row in rows:
        table.add_row(row.name, *(_cell(row.figures[name]) for name in COLUMNS), _cell(row.across))
    return table


def table_two(leads: Sequence[Lead]) -> Table:
    """Table II for a terminal."""
    table = Table("model", "over", "points of accuracy", title="Table II")
    for lead in leads:
        points = lead.points
        table.add_row(lead.name, lead.over, f"{points.value:+.1f} [{points.low:+.1f}, {points.high:+.1f}]")
    return table


def _cell(value: Figure | None) -> str:
    return "" if value is None else f"{value.value:.3f} [{value.low:.2f}, {value.high:.2f}]"
