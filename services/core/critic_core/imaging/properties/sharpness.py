"""Sharpness: share of edge contrast lost to an additional blur, in the sharpest part of the photo.

A blurred photo loses little edge contrast to another blur. The result is the 90th percentile over tiles: a portrait
before a soft background is a sharp photo. Steps of under four levels (noise, sky) do not count.

Unit: share, 0 (blurred) to 1. Source: Crété-Roffet, Dolmiere, Ladret and Nicolas, "The blur effect: perception
and estimation with a new no-reference perceptual blur metric", SPIE 2007 (ours is 1 − theirs, by tiles, with a mean of
nine pixels).
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against, in_favour
from critic_core.imaging.properties.view import Levels, View, tiles

_WINDOW = 9
_NOISE_LEVELS = 4
_ENOUGH_DETAIL = 1.0  # mean step, levels: tiles with less have no edges


def sharpness(view: View) -> float:
    """0 to 1; 0 for a photo without any edge."""
    down, across = (steps * (steps >= _NOISE_LEVELS) for steps in view.steps)
    lost = tiles(_lost(view.luma, down, axis=0) + _lost(view.luma, across, axis=1)) / _WINDOW
    whole = tiles(down + across)
    shares = np.where(whole > _ENOUGH_DETAIL, lost / np.maximum(whole, _ENOUGH_DETAIL), 0.0)
    return float(np.quantile(shares, 0.9))


def _lost(luma: Levels, steps: Levels, axis: int) -> Levels:
    """Nine times the part of the steps to the next row or column that a running mean of 9 loses, `[h, w]`.

    A step of the mean is a ninth of the difference of the row that enters the window to the row that leaves it.
    """
    half = _WINDOW // 2
    padded = np.pad(luma, ((half, half + 1), (0, 0)) if axis == 0 else ((0, 0), (half, half + 1)), mode="edge")
    ahead, behind = (padded[_WINDOW:], padded[:-_WINDOW]) if axis == 0 else (padded[:, _WINDOW:], padded[:, :-_WINDOW])
    return np.asarray(np.maximum(_WINDOW * steps - np.abs(ahead - behind), 0))


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
