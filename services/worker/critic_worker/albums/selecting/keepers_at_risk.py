"""How many of the dropped pictures people would keep.

Quality is 100 × a calibrated probability: people like a picture when its log-odds plus a logistic error exceed 0.
People who keep n pictures keep those above a higher threshold t, with probability σ(log-odds − t); t is chosen such
that these probabilities add up to n. Their sum over the dropped pictures is the expected number, and chance, picture by
picture, gives the interval (normal approximation of the Poisson binomial distribution). Errors of the model are not in
it.
"""

from math import ceil, floor, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from critic_core.contracts.album import KeepersAtRisk
from critic_worker.arrays import BoolArray, Float64Array

_CERTAIN = 1e-4  # distance of a probability from 0 and 1
_FAR = 40.0  # log-odds beyond every threshold
_NORMAL_95 = 1.96


def keepers_at_risk(quality: Float64Array, selected: BoolArray) -> KeepersAtRisk | None:
    """`quality` `[M]`, 0 to 100, and whether the proposal keeps each undecided picture. None without pictures."""
    count, keep = len(quality), int(selected.sum())
    if count == 0:
        return None
    if keep in (0, count):
        return KeepersAtRisk(expected=0, low=0, high=0)
    chance = _chances(quality, keep)[~selected]
    expected, deviation = float(chance.sum()), sqrt(float((chance * (1 - chance)).sum()))
    low, high = expected - _NORMAL_95 * deviation, expected + _NORMAL_95 * deviation
    return KeepersAtRisk(expected=round(expected, 1), low=max(0, floor(low)), high=min(ceil(high), keep, count - keep))


def _chances(quality: Float64Array, keep: int) -> Float64Array:
    """The probability that people who keep so many keep each picture, `[M]`."""
    log_odds = logit(np.clip(quality / 100, _CERTAIN, 1 - _CERTAIN))
    threshold = brentq(lambda shift: expit(log_odds - shift).sum() - keep, -_FAR, _FAR)
    return np.asarray(expit(log_odds - threshold), np.float64)
