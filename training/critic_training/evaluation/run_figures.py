"""All figures of a training run, from its predictions alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.figures import classes, ranks
from critic_training.evaluation.interval import Figure
from critic_training.evaluation.pairs import Pairs, pairs_by_gap
from critic_training.evaluation.reliability import Bin, calibration_error, cross_fitted, reliability
from critic_training.evaluation.statistics import sides
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_across, read_out_of_fold

Ranks = dict[tuple[str, str], Figure]


@dataclass(frozen=True)
class RunFigures:
    """By data set: figures of the order, each (figure, category). Of the rated set: classes, reliability and pairs.

    Reliability and pairs are of the first seed's predictions: those of the shipped network.
    """

    seeds: int
    ranks: dict[str, Ranks]
    classes: dict[str, Figure]
    diagram: tuple[Bin, ...]
    error: float
    pairs: tuple[Pairs, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a report."""
        return {
            "seeds": self.seeds,
            "ranks": [
                {"dataset": title, "figure": name, "category": category, **asdict(value)}
                for title, found in self.ranks.items()
                for (name, category), value in found.items()
            ],
            "classes": {name: asdict(value) for name, value in self.classes.items()},
            "reliability": [asdict(group) for group in self.diagram],
            "expected_calibration_error": self.error,
            "pairs": [asdict(gap) for gap in self.pairs],
        }


def measure_run(run: Path, rated: RatedPhotos, across: Sequence[RatedPhotos], config: EvaluationConfig) -> RunFigures:
    """Reads `out_of_fold.csv` and `across.csv` of the run. Raises ValueError when photos are missing there."""
    predicted = list(read_out_of_fold(run / OUT_OF_FOLD_FILE, rated).values())
    split = sides(rated, config.good_share)
    probability = [cross_fitted(of_seed, split, rated.fold) for of_seed in predicted]
    found = {f"{rated.name}, out of fold": ranks(predicted, rated, config)}
    for dataset in across:
        transferred = list(read_across(run / ACROSS_FILE, dataset).values())
        found[f"{rated.name} → {dataset.name}, never trained on"] = ranks(transferred, dataset, config)
    diagram = reliability(probability[0], split)
    return RunFigures(
        seeds=len(predicted),
        ranks=found,
        classes=classes(probability, rated, config),
        diagram=diagram,
        error=calibration_error(diagram),
        pairs=pairs_by_gap(predicted[0].astype(np.float32), rated),
    )
