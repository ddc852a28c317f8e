"""Logistic regression on top of the common score: an offset, an intercept for each album, and a ridge on the rest.

With an endless ridge the common score remains as it is.
"""

import numpy as np
from scipy.special import expit

from critic_core.imaging.properties.registry import MEASURES
from critic_worker.arrays import BoolArray, Float64Array, Int64Array
from critic_worker.taste.examples import Examples

RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_INTERCEPT_RIDGE = 0.1
_STEPS, _ENOUGH = 30, 1e-6
_LONGEST_STEP = 4.0  # log-odds of an example
_EMBEDDING = 1 + len(MEASURES)  # first column


def fit(examples: Examples, ridge: float) -> Float64Array:
    """Weights of the columns, `[C]`; intercepts are left out, as only pictures of one album are compared."""
    mean, scale = examples.columns.mean(axis=0), _scales(examples.columns)
    albums = _indicators(examples.album)
    design = np.column_stack([(examples.columns - mean) / scale, albums])
    ridges = np.concatenate([np.full(len(scale), ridge), np.full(albums.shape[1], _INTERCEPT_RIDGE)])
    weights = _newton(design, examples.common, examples.picked, ridges)
    return np.asarray(weights[: len(scale)] / scale, np.float64)


def log_loss(examples: Examples, log_odds: Float64Array) -> float:
    """Mean over examples, each album with its best intercept."""
    losses = np.logaddexp(0, np.where(examples.picked, -1, 1) * (log_odds + _intercepts(examples, log_odds)))
    return float(losses.mean())


def _scales(columns: Float64Array) -> Float64Array:
    """The spread of each column; of the embedding as a whole, whose small components are noise."""
    spread = np.maximum(columns.std(axis=0), 1e-3)
    spread[_EMBEDDING:] = np.sqrt((spread[_EMBEDDING:] ** 2).mean())
    return np.asarray(spread, np.float64)


def _newton(design: Float64Array, offset: Float64Array, picked: BoolArray, ridges: Float64Array) -> Float64Array:
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = expit(offset + design @ weights)
        gradient = design.T @ (picked - chance) - ridges * weights
        curvature = (design.T * (chance * (1 - chance))) @ design + np.diag(ridges)
        step = np.linalg.solve(curvature, gradient)
        length = np.abs(design @ step).max()
        weights += step * min(1.0, _LONGEST_STEP / max(length, _ENOUGH))
        if length < _ENOUGH:
            break
    return np.asarray(weights, np.float64)


def _intercepts(examples: Examples, log_odds: Float64Array) -> Float64Array:
    """Of each example's album, `[M]`."""
    design = _indicators(examples.album)
    ridges = np.full(design.shape[1], _INTERCEPT_RIDGE)
    return np.asarray(design @ _newton(design, log_odds, examples.picked, ridges))


def _indicators(albums: Int64Array) -> Float64Array:
    """`[M, A]`: 1 in the column of each example's album."""
    return np.asarray(albums[:, None] == np.unique(albums), np.float64)
