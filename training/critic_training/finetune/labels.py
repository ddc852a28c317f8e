"""Mean ratings → the labels that cross entropy asks for. Made from training photos alone."""

import numpy as np

from critic_training.data.photo_sets import Floats, Rated
from critic_training.finetune.batch import NO_LABEL
from critic_training.runs.configuration import Configuration, Labels


def labels(rated: Rated, knobs: Configuration) -> Floats:
    """Probability of "pleasing" `[N]`; NaN for the middle photos of hard labels."""
    told = np.full(len(rated.score), NO_LABEL, np.float32)
    for chosen in _groups(rated, knobs.within_category):
        told[chosen] = (
            _soft(rated.score[chosen], knobs) if knobs.labels is Labels.soft else _hard(rated.score[chosen], knobs)
        )
    return told


def _groups(rated: Rated, within_category: bool) -> list[np.ndarray]:
    if not within_category:
        return [np.ones(len(rated.score), bool)]
    return [rated.category == name for name in np.unique(rated.category)]


def _hard(score: Floats, knobs: Configuration) -> Floats:
    low, high = np.quantile(score, [knobs.good_share, 1 - knobs.good_share])
    return np.select([score >= high, score <= low], [1.0, 0.0], NO_LABEL).astype(np.float32)


def _soft(score: Floats, knobs: Configuration) -> Floats:
    told: Floats = (1 / (1 + np.exp(-(score - np.median(score)) / knobs.soft_width))).astype(np.float32)
    return told
