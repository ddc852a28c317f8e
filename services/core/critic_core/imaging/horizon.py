"""The tilt of a photo: the direction in which most edges lie, near level and plumb.

Edges of walls, tables, horizons and people standing lie along or across the vertical: their directions, modulo a right
angle, gather around the tilt. Source: the histogram of gradient directions by doubled (here quadrupled) angles, Bigün
and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from critic_core.contracts.critique import Horizon
from critic_core.imaging.properties.view import View

_SIDE = 240
_BLUR = 1.2  # pixels: on the staircases of reduced edges, directions scatter
_REACH, _BLOCK = 5, 24  # pixels
_LEAST_SIDE = 8  # pixels after the reduction
_LARGEST = 15  # degrees
_STEPS = 4  # of a degree
_SMOOTH = 0.75  # degrees
_NEAR = 1.5  # degrees
_BINS = 2 * _LARGEST * _STEPS + 1
_NEAR_LEVEL = float(np.sin(np.radians(2 * _LARGEST + 1 / _STEPS)) ** 2)
_Float = npt.NDArray[np.float32]


def horizon(view: View) -> Horizon | None:
    """The tilt, and the share of edges within 15° of level or plumb that agree; None without such edges."""
    luma = _luma(view.image)
    if min(luma.shape) < _LEAST_SIDE:
        return None
    counts = _histogram(luma)
    smooth = gaussian_filter1d(counts, _SMOOTH * _STEPS, mode="constant")
    best = int(smooth.argmax())
    near = slice(max(0, best - int(_NEAR * _STEPS)), best + int(_NEAR * _STEPS) + 1)
    whole = float(counts.sum())
    if whole <= 0:
        return None
    return Horizon(degrees=best / _STEPS - _LARGEST, confidence=round(min(1.0, float(counts[near].sum()) / whole), 3))


def _luma(image: Image.Image) -> _Float:
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    luma = np.asarray(small.convert("L"))
    return np.asarray(luma - luma.min(), np.float32)  # 0 in photos of one tone, without any rounding error


def _histogram(luma: _Float) -> npt.NDArray[np.float64]:
    """Weights of directions from −15° to 15° in quarters of a degree."""
    difference, cross, energy = _orientation(luma)
    length = np.square(difference) + np.square(cross)
    near = np.flatnonzero(np.square(cross) <= _NEAR_LEVEL * length)  # of the rest, no bin
    difference, cross, energy, length = (values.ravel()[near] for values in (difference, cross, energy, length))
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = np.nan_to_num(np.degrees(np.arctan(cross / difference)) / 2)
    coherence = np.minimum(length / np.square(np.maximum(energy, 1e-6)), 1)  # squared
    weights = np.sqrt(energy) * np.square(coherence)
    bins = np.floor((degrees + _LARGEST) * _STEPS + 0.5).astype(np.int64)
    return np.asarray(np.bincount(bins.clip(0, _BINS - 1), weights, _BINS), np.float64)


def _orientation(luma: _Float) -> tuple[_Float, _Float, _Float]:
    """Structure tensor `[h, w]`: cosine and sine of the doubled angle, times the energy that agrees; all energy."""
    height, width = luma.shape
    down = _filtered(_filtered(luma.T, _SMOOTH_BAND).T, _SLOPE_BAND)
    across = _filtered(_filtered(luma, _SMOOTH_BAND).T, _SLOPE_BAND).T
    products = np.concatenate((across * across, down * down, across * down), axis=1)
    means = _filtered(products, _MEAN_BAND).reshape(height, 3, width).transpose(2, 1, 0)
    columns, rows, both = _filtered(means.reshape(width, -1), _MEAN_BAND).reshape(width, 3, height).transpose(1, 2, 0)
    return columns - rows, 2 * both, rows + columns


def _filtered(values: _Float, band: _Float) -> _Float:
    """`[h, w]`: weighted sums of each value with the neighbours above and below; edges are mirrored.

    Every block of rows is multiplied with the same band: faster than sums of shifted copies.
    """
    height, width = values.shape
    rows = np.arange(-_REACH, -(-height // _BLOCK) * _BLOCK + _REACH) % (2 * height)
    padded = values.take(np.minimum(rows, 2 * height - 1 - rows), axis=0)
    blocks = sliding_window_view(padded, band.shape[1], axis=0)[::_BLOCK].swapaxes(1, 2)
    return np.asarray((band @ blocks).reshape(-1, width)[:height])


def _band(weights: npt.NDArray[np.float64]) -> _Float:
    """`[block, block with its neighbours]`: a row of weights for each row of a block."""
    band = np.zeros((_BLOCK, _BLOCK + 2 * _REACH), np.float32)
    for row in range(_BLOCK):
        band[row, row : row + len(weights)] = weights
    return band


_DISTANCES = np.arange(-_REACH, _REACH + 1)
_GAUSSIAN = np.exp(-0.5 * (_DISTANCES / _BLUR) ** 2) / np.exp(-0.5 * (_DISTANCES / _BLUR) ** 2).sum()
_SMOOTH_BAND, _SLOPE_BAND = _band(_GAUSSIAN), _band(_DISTANCES / _BLUR**2 * _GAUSSIAN)
_MEAN_BAND = _band(np.where(np.abs(_DISTANCES) <= 2, 0.2, 0.0))
