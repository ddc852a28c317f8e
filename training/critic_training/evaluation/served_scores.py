"""Scores of served probabilities."""

import numpy as np

from critic_core.contracts.manifest import Scale
from critic_training.data.photo_sets import Floats


def served_scores(probability: Floats, scale: Scale) -> Floats:
    """0 to 100, `[N]`."""
    return np.array([scale.score(float(value)) for value in probability], np.float32)
