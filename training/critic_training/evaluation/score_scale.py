"""Predicted ratings → scores: points of the raters of ordinary photos, and intervals by ratings out of fold.

Both sides are equated: over the mix of all rated photos, scores have the mean and the spread of ratings, in log-odds.
A regression would draw scores to the middle instead.
"""

import math
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.manifest import Scale
from critic_training.data.photo_sets import Floats, Positions
from critic_training.data.rated_pool import RaterScale
from critic_training.evaluation.calibration import Platt

LEVEL = 0.8
"""Of intervals: of five photos, the ratings of four lie within."""
LEAST, MOST = 2.0, 98.0  # points: log-odds of a rating are finite


@dataclass(frozen=True)
class RatedMix:
    """Labels and predictions `[N]`, standard deviations of people's ratings; `fold` `[N]`: −1 where trained on."""

    label: Floats
    rating: Floats
    fold: Positions

    @property
    def held_out(self) -> "RatedMix":
        """Predicted out of fold."""
        chosen = self.fold >= 0
        return RatedMix(self.label[chosen], self.rating[chosen], self.fold[chosen])


@dataclass(frozen=True)
class Line:
    """Log-odds of the score: `slope · rating + offset`."""

    slope: float
    offset: float

    def distance(self, mix: RatedMix, points: RaterScale) -> Floats:
        """Between label and prediction, log-odds `[N]`."""
        return np.abs(log_odds(points, mix.label) - (self.slope * mix.rating + self.offset))


def fit_scale(mix: RatedMix, points: RaterScale, platt: Platt) -> Scale:
    """`points`: from standard deviations to points. `platt`: the calibration of the served probabilities."""
    line = equate(mix, points)
    slope = line.slope / platt.slope
    return Scale(
        slope=slope,
        offset=line.offset - slope * platt.intercept,
        half_width=conformal(line.distance(mix.held_out, points), LEVEL),
        level=LEVEL,
    )


def coverage(mix: RatedMix, points: RaterScale) -> float:
    """Share of held-out photos within their interval: each fold's by the width of the other folds."""
    held_out = mix.held_out
    distance = equate(mix, points).distance(held_out, points)
    inside = [
        distance[held_out.fold == fold] <= conformal(distance[held_out.fold != fold], LEVEL)
        for fold in np.unique(held_out.fold)
    ]
    return float(np.concatenate(inside).mean())


def equate(mix: RatedMix, points: RaterScale) -> Line:
    """Equal mean and spread."""
    target = log_odds(points, mix.label)
    slope = float(target.std() / mix.rating.std())
    return Line(slope, float(target.mean() - slope * mix.rating.mean()))


def log_odds(points: RaterScale, label: Floats) -> Floats:
    """Of labels in points."""
    share = np.clip([points(float(value)) for value in label], LEAST, MOST) / 100
    return np.log(share / (1 - share))


def conformal(distance: Floats, level: float) -> float:
    """The half-width that covers `level` of exchangeable photos (split conformal prediction)."""
    rank = math.ceil((len(distance) + 1) * level)
    return float(np.sort(distance)[min(rank, len(distance)) - 1])
