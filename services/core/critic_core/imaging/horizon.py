"""The tilt of a photo: the direction in which most edges lie, near level and plumb.

Edges of walls, tables, horizons and people standing lie along or across the vertical: their directions, modulo a right
angle, gather around the tilt. Source: the histogram of gradient directions by doubled (here quadrupled) angles, Bigün
and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from critic_core.contracts.critique import Horizon
from critic_core.imaging.decode import Pixels

_SIDE = 240
_BLUR = 1.2  # pixels: on the staircases of reduced edges, directions scatter
_LEAST_SIDE = 8  # pixels after the reduction
_LARGEST = 15  # degrees
_STEPS = 4  # of a degree
_SMOOTH = 0.75  # degrees
_NEAR = 1.5  # degrees
_BINS = 2 * _LARGEST * _STEPS + 1
_NEAR_LEVEL = float(np.sin(np.radians(2 * _LARGEST + 1 / _STEPS)) ** 2)
_Float = npt.NDArray[np.float32]


def horizon(pixels: Pixels) -> Horizon | None:
    """The tilt, and the share of edges within 15° of level or plumb that agree; None without such edges."""
    luma = _luma(pixels)
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


def _luma(pixels: Pixels) -> _Float:
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image.convert("L"), np.float32)


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
    down = _slope(_blurred(luma, 1), 0)
    across = _slope(_blurred(luma, 0), 1)
    products = np.stack((across * across, down * down, across * down))
    columns, rows, both = _mean_of_five(_mean_of_five(products, 1), 2)
    return columns - rows, 2 * both, rows + columns


def _blurred(values: _Float, axis: int) -> _Float:
    shifted = _shifts(values, axis, len(_SMOOTH_WEIGHTS) - 1)
    total = _SMOOTH_WEIGHTS[0] * values
    for distance, weight in enumerate(_SMOOTH_WEIGHTS[1:], 1):
        total += weight * (shifted(distance) + shifted(-distance))
    return np.asarray(total)


def _slope(values: _Float, axis: int) -> _Float:
    shifted = _shifts(values, axis, len(_SLOPE_WEIGHTS) - 1)
    total = np.zeros_like(values)
    for distance, weight in enumerate(_SLOPE_WEIGHTS[1:], 1):
        total += weight * (shifted(distance) - shifted(-distance))
    return total


def _mean_of_five(values: _Float, axis: int) -> _Float:
    shifted = _shifts(values, axis, 2)
    return np.asarray((shifted(-2) + shifted(-1) + values + shifted(1) + shifted(2)) * np.float32(0.2))


def _shifts(values: _Float, axis: int, reach: int) -> Callable[[int], _Float]:
    """The values at a distance of up to `reach` along an axis; edges are mirrored."""
    padded = np.pad(values, [(reach * (side == axis),) * 2 for side in range(values.ndim)], mode="symmetric")
    length = values.shape[axis]
    before = (slice(None),) * axis
    return lambda distance: padded[(*before, slice(reach + distance, reach + distance + length))]


def _gaussian() -> tuple[_Float, _Float]:
    """Weights of the distances 0 to 5 of a Gaussian of 1.2 pixels, and of the derivative."""
    distance = np.arange(6)
    values = np.exp(-0.5 * (distance / _BLUR) ** 2)
    values /= 2 * values.sum() - 1
    return values.astype(np.float32), (distance / _BLUR**2 * values).astype(np.float32)


_SMOOTH_WEIGHTS, _SLOPE_WEIGHTS = _gaussian()
