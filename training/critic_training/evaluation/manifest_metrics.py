"""The metrics of a model's manifest: rank correlation and good-against-bad accuracy, with 95 % bootstrap intervals."""

from collections.abc import Callable

import numpy as np

from critic_core.contracts.manifest import Metric
from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.statistics import Positions, accuracy_at, resamples, sides, spearman

Measure = Callable[[Positions], float]
"""A figure for the photos at these positions."""


def metrics(
    predicted: Floats, rated: RatedPhotos, dataset: str, config: EvaluationConfig, overall: bool = True
) -> tuple[Metric, ...]:
    """Spearman overall and within each category, their mean weighted by photos, and good-against-bad accuracy."""
    split = sides(rated, config.good_share)
    categories = [str(name) for name in np.unique(rated.category)]
    figures: dict[tuple[str, str | None], Measure] = {}
    if overall:
        figures["spearman", None] = lambda at: spearman(predicted[at], rated.score[at])
    for name in categories:
        figures["spearman", name] = lambda at, name=name: _within(predicted, rated, at, name)  # type: ignore[misc]
    figures["spearman within category", None] = lambda at: _mean_within(predicted, rated, at, categories)
    figures["good against bad accuracy", None] = lambda at: accuracy_at(predicted, rated, split, at)
    drawn = resamples(rated.group, config)
    return tuple(
        Metric(name=name, dataset=dataset, category=category, **_with_interval(figure, len(predicted), drawn))
        for (name, category), figure in figures.items()
    )


def _with_interval(figure: Measure, photos: int, drawn: list[Positions]) -> dict[str, float]:
    low, high = np.quantile([figure(at) for at in drawn], [0.025, 0.975])
    value = figure(np.arange(photos))
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _within(predicted: Floats, rated: RatedPhotos, at: Positions, category: str) -> float:
    chosen = at[rated.category[at] == category]
    return spearman(predicted[chosen], rated.score[chosen])


def _mean_within(predicted: Floats, rated: RatedPhotos, at: Positions, categories: list[str]) -> float:
    weights = [int((rated.category[at] == name).sum()) for name in categories]
    return float(np.average([_within(predicted, rated, at, name) for name in categories], weights=weights))
