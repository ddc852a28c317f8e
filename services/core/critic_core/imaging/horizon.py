"""The tilt of a photo: the direction in which most edges lie, near level and plumb.

Edges of walls, tables, horizons and people standing lie along or across the vertical: their directions, modulo a right
angle, gather around the tilt. Source: the histogram of gradient directions by doubled (here quadrupled) angles, Bigün
and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter, gaussian_filter1d, uniform_filter

from critic_core.contracts.critique import Horizon
from critic_core.imaging.decode import Pixels

_SIDE = 240
_BLUR = 1.2  # pixels: on the staircases of reduced edges, directions scatter
_LEAST_SIDE = 8  # pixels after the reduction
_LARGEST = 15  # degrees
_STEPS = 4  # of a degree
_SMOOTH = 0.75  # degrees
_NEAR = 1.5  # degrees


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


def _luma(pixels: Pixels) -> npt.NDArray[np.float32]:
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image.convert("L"), np.float32)


def _histogram(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Weights of directions from −15° to 15° in quarters of a degree."""
    down, across = (gaussian_filter(luma, _BLUR, order=order) for order in ((1, 0), (0, 1)))
    products = [uniform_filter(product, 5) for product in (across * across, down * down, across * down)]
    energy, difference = np.maximum(products[0] + products[1], 0), products[0] - products[1]
    coherence = np.hypot(difference, 2 * products[2]) / np.maximum(energy, 1e-6)
    degrees = np.degrees(0.5 * np.arctan2(2 * products[2], difference))
    tilt = (degrees + 45) % 90 - 45
    weights = np.sqrt(energy) * np.minimum(coherence, 1) ** 4
    edges = (np.arange(2 * _LARGEST * _STEPS + 2) - 0.5) / _STEPS - _LARGEST
    return np.asarray(np.histogram(tilt, edges, weights=weights)[0], np.float64)
