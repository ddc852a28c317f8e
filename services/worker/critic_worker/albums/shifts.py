"""How far the camera turned between two frames: the shift at which two thumbnails fit each other best.

Source: Padfield, "Masked object registration in the Fourier domain", IEEE Transactions on Image Processing 21(5), 2012
(here both masks are whole thumbnails).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

Floats = npt.NDArray[np.float32]

SIDE = 32
_PAD = 2 * SIDE
_LOCAL = 9  # pixels: what is smoother than this (a sky, a vignette) fits everywhere
_LEAST_OVERLAP = 0.3  # of the thumbnail


@dataclass(frozen=True)
class Shift:
    """Of K pairs, `[K]` each: how far the second frame lies to the right of and below the first, in shares of the
    frame's sides, and how well they fit there, −1 to 1.
    """

    across: Floats
    down: Floats
    fit: Floats


def shifts(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> Shift:
    """Of pairs of thumbnails, each `[K, 32, 32]`."""
    one, other = _detail(first), _detail(second)
    ones = np.ones((1, SIDE, SIDE), np.float32)
    product = _correlated(one, other)
    energy = _correlated(one * one, ones) * _correlated(ones, other * other)
    overlap = _correlated(ones, ones) / SIDE**2
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = np.where(overlap >= _LEAST_OVERLAP, product / np.sqrt(np.maximum(energy, 1e-6)), -1)
    best = fit.reshape(len(fit), -1).argmax(axis=1)
    down, across = np.divmod(best, _PAD)
    return Shift(_signed(across), _signed(down), fit.reshape(len(fit), -1)[np.arange(len(fit)), best])


def _detail(thumbnails: npt.NDArray[np.uint8]) -> Floats:
    grey = thumbnails.astype(np.float32)
    return np.asarray(grey - uniform_filter(grey, (0, _LOCAL, _LOCAL)), np.float32)


def _correlated(one: Floats, other: Floats) -> Floats:
    """The sum of products at every shift of `other`, `[K, 64, 64]`."""
    size = (_PAD, _PAD)
    spectrum = np.fft.rfft2(one, size) * np.conj(np.fft.rfft2(other, size))
    return np.asarray(np.fft.irfft2(spectrum, size), np.float32)


def _signed(place: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(np.where(place >= SIDE, place - _PAD, place) / SIDE, np.float32)
