"""The tilt of a photo's horizon and uprights, from the alignment of edges.

The Hough transform in its projection form: edges are projected along each candidate angle; parallel edges fall into few
bins, so the energy of the profile peaks at their angle. Sources: Duda and Hart, "Use of the Hough Transformation to
Detect Lines and Curves in Pictures", CACM 1972; Postl, "Detection of Linear Oblique Structures and Skew Scan in
Digitized Documents", ICPR 1986.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from critic_core.imaging.decode import Pixels

LONG_SIDE = 320
MAX_DEGREES, STEP_DEGREES = 10.0, 0.25
"""Range and resolution of the candidates; a larger tilt is taken for intended."""

_Float = npt.NDArray[np.float64]
_DIRECTION_DEGREES = 4.0
"""Edges within this distance of a candidate's direction support it."""
_EDGE_SHARE = 0.15
"""Of all pixels, those with the strongest gradients are edges."""
_FAINTEST_EDGE = 8.0
"""Levels: weaker gradients are noise."""
_BLUR = 1.0
"""Pixels: on the staircases of reduced edges, directions scatter."""
_PEAK_DEGREES = 1.0
"""Around the best candidate: the energy that counts for it."""
_CANDIDATES = np.arange(-MAX_DEGREES, MAX_DEGREES + STEP_DEGREES / 2, STEP_DEGREES)


@dataclass(frozen=True)
class Horizon:
    """The tilt: `degrees` clockwise (the right side lies lower), undone by Pillow's `rotate(degrees)`.

    `confidence`: share of the energy of aligned edges at that angle, 0 to 1.
    """

    degrees: float
    confidence: float


def horizon(pixels: Pixels) -> Horizon | None:
    """The tilt of uint8 `[h, w, 3]`; None without edges near the level or the plumb line."""
    x, y, angle, weight = _edges(_luma(pixels))
    energies = np.array([_energy(x, y, angle, weight, float(degrees)) for degrees in _CANDIDATES])
    if not energies.any():
        return None
    excess = np.clip(energies - np.median(energies), 0, None)
    best = int(excess.argmax())
    peak = np.abs(_CANDIDATES - _CANDIDATES[best]) <= _PEAK_DEGREES
    confidence = float(excess[peak].sum() / excess.sum()) if excess.any() else 0.0
    return Horizon(_refine(excess, best), confidence)


def _luma(pixels: Pixels) -> _Float:
    image = Image.fromarray(pixels).convert("L")
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(_BLUR)), dtype=np.float64)


def _edges(luma: _Float) -> tuple[_Float, _Float, _Float, _Float]:
    """Position (pixels from the centre), direction (degrees from the nearest axis) and gradient of the edges, `[n]`."""
    slopes: list[_Float] = list(np.gradient(luma)) if min(luma.shape) > 1 else [luma * 0, luma * 0]
    vertical, horizontal = slopes
    gradient = np.hypot(vertical, horizontal)
    rows, columns = np.nonzero(gradient >= max(_FAINTEST_EDGE, float(np.quantile(gradient, 1 - _EDGE_SHARE))))
    direction = np.degrees(np.arctan2(vertical[rows, columns], horizontal[rows, columns]))
    height, width = luma.shape
    return columns - (width - 1) / 2, rows - (height - 1) / 2, direction, gradient[rows, columns]


def _energy(x: _Float, y: _Float, direction: _Float, weight: _Float, degrees: float) -> float:
    """Of the profiles of level and upright edges, tilted by `degrees`."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    offset = (direction - degrees + 45) % 90 - 45
    near = np.abs(offset) <= _DIRECTION_DEGREES
    upright = np.abs((direction[near] - degrees + 90) % 180 - 90) < 45  # the gradient of an upright edge is level
    distance = np.where(upright, x[near] * cos + y[near] * sin, y[near] * cos - x[near] * sin)
    bins = np.round(distance).astype(int) + LONG_SIDE + upright * 2 * LONG_SIDE
    return float(np.square(np.bincount(bins, weight[near])).sum())


def _refine(excess: _Float, best: int) -> float:
    """The summit of the parabola through the best candidate and its neighbours."""
    if not 0 < best < len(excess) - 1:
        return float(_CANDIDATES[best])
    before, summit, after = excess[best - 1 : best + 2]
    bend = before - 2 * summit + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(_CANDIDATES[best] + shift * STEP_DEGREES)
