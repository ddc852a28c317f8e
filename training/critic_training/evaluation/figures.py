"""All figures of one rated set, overall and within each category, from the predictions of one or several seeds."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau

from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.evaluation.classes import CLASSES
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.interval import Figure, figure
from critic_training.evaluation.statistics import Positions, Sides, accuracy_at, resamples, sides, spearman

OVERALL = "all"


def ranks(predicted: Sequence[Floats], rated: RatedPhotos, config: EvaluationConfig) -> dict[tuple[str, str], Figure]:
    """Spearman, Kendall, and top-against-bottom accuracy, by (figure, category). `predicted`: one `[N]` a seed."""
    drawn, split = resamples(rated.group, config), sides(rated, config.good_share)
    found: dict[tuple[str, str], Figure] = {}
    for category in (OVERALL, *map(str, np.unique(rated.category))):
        chosen = np.ones(len(rated.score), bool) if category == OVERALL else rated.category == category
        for name, measure in MEASURES.items():
            measures = [partial(measure, of_seed, rated, split, chosen) for of_seed in predicted]
            found[name, category] = figure(measures, len(chosen), drawn)
    return found


def classes(probability: Sequence[Floats], rated: RatedPhotos, config: EvaluationConfig) -> dict[str, Figure]:
    """The two-class figures over good and bad photos; `probability` one `[N]` a seed."""
    drawn, split = resamples(rated.group, config), sides(rated, config.good_share)
    return {
        name: figure([partial(_sided, measure, of_seed, split) for of_seed in probability], len(rated.score), drawn)
        for name, measure in CLASSES.items()
    }


def _sided(measure: Callable[[npt.NDArray[np.bool_], Floats], float], p: Floats, split: Sides, at: Positions) -> float:
    at = at[split.either[at]]
    if len(np.unique(split.good[at])) < 2:  # a resample may hold one side only
        return float("nan")
    return measure(split.good[at], p[at])


def _spearman(predicted: Floats, rated: RatedPhotos, _: Sides, chosen: npt.NDArray[np.bool_], at: Positions) -> float:
    at = at[chosen[at]]
    return spearman(predicted[at], rated.score[at])


def _kendall(predicted: Floats, rated: RatedPhotos, _: Sides, chosen: npt.NDArray[np.bool_], at: Positions) -> float:
    at = at[chosen[at]]
    if len(at) < 3 or np.ptp(predicted[at]) == 0 or np.ptp(rated.score[at]) == 0:
        return 0.0
    return float(kendalltau(predicted[at], rated.score[at]).statistic)


def _top_against_bottom(
    predicted: Floats, rated: RatedPhotos, split: Sides, chosen: npt.NDArray[np.bool_], at: Positions
) -> float:
    return accuracy_at(predicted, rated, split, at[chosen[at]])


MEASURES: dict[str, Callable[[Floats, RatedPhotos, Sides, npt.NDArray[np.bool_], Positions], float]] = {
    "Spearman": _spearman,
    "Kendall": _kendall,
    "top 30 % against bottom 30 %": _top_against_bottom,
}
"""Figures of the order that predictions put photos in."""
