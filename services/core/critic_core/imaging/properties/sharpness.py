"""Sharpness: share of edge contrast lost to an additional blur, in the sharpest part of the photo.

A blurred photo loses little edge contrast to another blur. The result is the 90th percentile over tiles: a portrait
before a soft background is a sharp photo. Steps of under four levels (noise, sky) do not count.

Unit: share, 0 (blurred) to 1. Source: Crété-Roffet, Dolmiere, Ladret and Nicolas, "The blur effect: perception
and estimation with a new no-reference perceptual blur metric", SPIE 2007 (ours is 1 − theirs, by tiles, with a mean of
nine pixels).
"""

import numpy as np
import numpy.typing as npt

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against, in_favour
from critic_core.imaging.properties.view import View, tiles

_Float = npt.NDArray[np.float32]

_WINDOW = 9
_NOISE_LEVELS = 4.0
_ENOUGH_DETAIL = 1.0  # mean step, levels: tiles with less have no edges


def sharpness(view: View) -> float:
    """0 to 1; 0 for a photo without any edge."""
    down, across = _lost_and_all(view.luma), _lost_and_all(view.luma.T)
    lost, whole = tiles(down[0] + across[0].T), tiles(down[1] + across[1].T)
    shares = np.where(whole > _ENOUGH_DETAIL, lost / np.maximum(whole, _ENOUGH_DETAIL), 0.0)
    return float(np.quantile(shares, 0.9))


def _lost_and_all(luma: _Float) -> tuple[_Float, _Float]:
    """Steps along columns lost to a blur, and all steps; both `[h, w]`."""
    padded = np.concatenate([luma, luma[-1:]])
    steps = np.abs(np.diff(padded, axis=0))
    steps[steps < _NOISE_LEVELS] = 0
    blurred = np.abs(np.diff(_mean(padded), axis=0))
    return np.maximum(steps - blurred, 0), steps


def _mean(values: _Float) -> _Float:
    """The running mean of 9 rows; the padding repeats the first and last row."""
    half = _WINDOW // 2
    padded = np.pad(values, ((half + 1, half), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0, dtype=np.float32)
    return np.asarray((sums[_WINDOW:] - sums[:-_WINDOW]) / np.float32(_WINDOW), dtype=np.float32)


MEASURE = Measure(
    name=PropertyName.sharpness,
    unit="share of edge contrast",
    value=sharpness,
    low=0.733,
    high=0.884,
    sentences={
        Level.low: "Nothing in the photo is really sharp.",
        Level.usual: "The sharpness is that of most photos.",
        Level.high: "The sharp parts are very crisp.",
    },
    reasons={
        Level.low: against("blurred", "Nothing is really sharp: it may be out of focus or shaken."),
        Level.high: in_favour("crisp", "The sharp parts are very crisp."),
    },
)
