"""Ratings → probability that a photo is of the good kind: Platt's logistic curve on out-of-fold ratings.

Source: Platt, "Probabilistic outputs for support vector machines" (1999). `export` puts it into the graph.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from critic_training.data.photo_sets import Floats
from critic_training.evaluation.statistics import Sides


@dataclass(frozen=True)
class Platt:
    """probability = 1 / (1 + exp(-(slope · rating + intercept)))."""

    slope: float
    intercept: float

    def probability(self, rating: Floats) -> Floats:
        """Of the class "pleasing"."""
        logit = self.slope * rating + self.intercept
        probability: Floats = (1 / (1 + np.exp(-logit))).astype(np.float32)
        return probability


def calibrate(rating: Floats, split: Sides) -> Platt:
    """Fits good and bad photos, unregularised. The middle has no side and is left out."""
    chosen = split.either
    model = LogisticRegression(C=np.inf).fit(rating[chosen, None].astype(np.float64), split.good[chosen])
    return Platt(slope=float(model.coef_[0, 0]), intercept=float(model.intercept_[0]))
