"""Whether a taste beats the common score on decisions that it was not trained on."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from critic_core.contracts.taste import HeldOut
from critic_worker.albums.ranking.taste import clip_log_odds
from critic_worker.arrays import BoolArray, Float64Array, Int64Array
from critic_worker.taste.examples import Examples
from critic_worker.taste.logistic import RIDGES, fit, log_loss

FOLDS = 5
_INNER_FOLDS = 4
_RESAMPLES = 1000
_SEED = 1


def fit_chosen(examples: Examples) -> Float64Array:
    """Weights with the ridge of the least loss on inner folds; zeros where the common score alone has less."""
    losses = {ridge: _inner_loss(examples, ridge) for ridge in RIDGES}
    ridge = min(losses, key=losses.__getitem__)
    if log_loss(examples, examples.common) <= losses[ridge]:
        return np.zeros(examples.columns.shape[1])
    return fit(examples, ridge)


def held_out(examples: Examples) -> HeldOut:
    """Both accuracies on folds of whole scenes; each fold chooses a ridge of its own, without the held-out pictures."""
    return compare(examples, examples.common + _predicted(examples, FOLDS, fit_chosen))


def folds(scene: Int64Array, count: int) -> Iterator[BoolArray]:
    """`count` masks `[M]` of about equally many pictures; a scene lies in one of them."""
    _, scenes, sizes = np.unique(scene, return_inverse=True, return_counts=True)
    order = np.random.default_rng(_SEED).permutation(len(sizes))
    fold_of_scene = np.empty(len(sizes), np.int64)
    fold_of_scene[order] = (np.cumsum(sizes[order]) - 1) * count // max(1, len(scene))
    return (fold_of_scene[scenes] == fold for fold in range(count))


def compare(examples: Examples, log_odds: Float64Array) -> HeldOut:
    """Of pairs of one album: the accuracy of the common score, and of these log-odds `[M]`; bootstrap over scenes."""
    picked, rejected = np.flatnonzero(examples.picked), np.flatnonzero(~examples.picked)
    compared = (examples.album[picked, None] == examples.album[rejected]).astype(np.float64)
    common, taste = (compared * _wins(values, picked, rejected) for values in (examples.common, log_odds))
    weights = _resampled(examples.scene)
    pairs = _weighted(weights[:, picked], compared, weights[:, rejected])
    gains = _weighted(weights[:, picked], taste - common, weights[:, rejected]) / np.maximum(pairs, 1)
    low, high = np.quantile(gains, [0.025, 0.975])
    total = compared.sum()
    accuracies = common.sum() / total, taste.sum() / total
    return HeldOut(
        pairs=int(total),
        common=round(float(accuracies[0]), 4),
        taste=round(float(accuracies[1]), 4),
        gain=round(float(accuracies[1] - accuracies[0]), 4),
        gain_low=round(float(low), 4),
        gain_high=round(float(high), 4),
    )


def _inner_loss(examples: Examples, ridge: float) -> float:
    taste = _predicted(examples, _INNER_FOLDS, partial(fit, ridge=ridge))
    return log_loss(examples, examples.common + taste)


def _predicted(examples: Examples, count: int, trained: Callable[[Examples], Float64Array]) -> Float64Array:
    """The taste of each picture by a model of the other folds, `[M]`; around a mean of 0 in each album, as in use."""
    taste = np.zeros(len(examples))
    for fold in folds(examples.scene, count):
        log_odds = examples.columns @ trained(examples[~fold])
        for album in np.unique(examples.album):
            pictures = examples.album == album
            log_odds[pictures] = clip_log_odds(log_odds[pictures])
        taste[fold] = log_odds[fold]
    return taste


def _wins(values: Float64Array, picked: Int64Array, rejected: Int64Array) -> Float64Array:
    """`[P, R]`: 1 where the picked picture is ahead, half for a tie."""
    return np.asarray((np.sign(values[picked, None] - values[rejected]) + 1) / 2, np.float64)


def _resampled(scene: Int64Array) -> Float64Array:
    """How often each picture is drawn when scenes are drawn with replacement, `[B, M]`."""
    _, scenes = np.unique(scene, return_inverse=True)
    count = int(scenes.max(initial=-1)) + 1
    drawn = np.random.default_rng(_SEED).multinomial(count, np.full(count, 1 / count), _RESAMPLES)
    return np.asarray(drawn[:, scenes], np.float64)


def _weighted(picked: Float64Array, values: Float64Array, rejected: Float64Array) -> Float64Array:
    """The sum of `values` `[P, R]` in each of B draws, `[B]`."""
    return np.asarray(((picked @ values) * rejected).sum(axis=1))
