"""Mean ratings → labels of the cross entropy, from training photos only."""

import numpy as np

from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.finetune.batch import NO_LABEL
from critic_training.runs.configuration import Configuration, Labels


def labels(rated: RatedPhotos, config: Configuration) -> Floats:
    """Probability of "pleasing" `[N]`; NaN for the middle photos of hard labels."""
    to_labels = _soft if config.labels is Labels.soft else _hard
    values = np.full(len(rated.score), NO_LABEL, np.float32)
    for group in _groups(rated, config.within_category):
        values[group] = to_labels(rated.score[group], config)
    return values


def _groups(rated: RatedPhotos, within_category: bool) -> list[np.ndarray]:
    if not within_category:
        return [np.ones(len(rated.score), bool)]
    return [rated.category == name for name in np.unique(rated.category)]


def _hard(score: Floats, config: Configuration) -> Floats:
    low, high = np.quantile(score, [config.good_share, 1 - config.good_share])
    return np.select([score >= high, score <= low], [1.0, 0.0], NO_LABEL).astype(np.float32)


def _soft(score: Floats, config: Configuration) -> Floats:
    values: Floats = (1 / (1 + np.exp(-(score - np.median(score)) / config.soft_label_width))).astype(np.float32)
    return values
