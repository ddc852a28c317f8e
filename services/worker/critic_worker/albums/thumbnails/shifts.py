"""The turn of the camera between two frames: the shift at which two thumbnails correlate best.

Source: Padfield, "Masked object registration in the Fourier domain", IEEE Transactions on Image Processing 21(5), 2012
(here both masks are whole thumbnails).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft2, rfft2
from scipy.ndimage import uniform_filter

from critic_worker.arrays import Float32Array, Int64Array

SIDE = 32
_PAD = 2 * SIDE
_LOCAL = 9  # pixels; anything smoother (a sky, a vignette) correlates everywhere
_MIN_OVERLAP = 0.3  # of the thumbnail
_MIN_ENERGY = 0.05  # of the thumbnail's detail, within the overlap: less is the transform's rounding, or an empty sky


@dataclass(frozen=True)
class Shift:
    """Shifts of K pairs, `[K]` each: the second frame's offset to the right (`across`) and downwards (`down`), in
    shares of the frame's sides, and the correlation there (`fit`), −1 to 1.
    """

    across: Float32Array
    down: Float32Array
    fit: Float32Array


def shifts(first: npt.NDArray[np.uint8 | np.float32], second: npt.NDArray[np.uint8 | np.float32]) -> Shift:
    """The shift of each pair of thumbnails, `[K, 32, 32]` both; a single one, `[1, 32, 32]`, is paired with all."""
    first_detail, second_detail = _detail(first), _detail(second)
    ones = np.ones((1, SIDE, SIDE), np.float32)
    product = _correlate(first_detail, second_detail)
    first_energy = _energy(first_detail, _correlate(first_detail**2, ones))
    energy = first_energy * _energy(second_detail, _correlate(ones, second_detail**2))
    overlap = _correlate(ones, ones) / SIDE**2
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = np.where(overlap >= _MIN_OVERLAP, product / np.sqrt(np.maximum(energy, 1e-6)), -1)
    best = fit.reshape(len(fit), -1).argmax(axis=1)
    down, across = np.divmod(best, _PAD)
    return Shift(_signed(across), _signed(down), fit.reshape(len(fit), -1)[np.arange(len(fit)), best])


def _detail(thumbnails: npt.NDArray[np.uint8 | np.float32]) -> Float32Array:
    grey = thumbnails.astype(np.float32)
    return np.asarray(grey - uniform_filter(grey, (0, _LOCAL, _LOCAL)), np.float32)


def _energy(detail: Float32Array, within_overlap: Float32Array) -> Float32Array:
    """The detail's energy within the overlap at every shift, `[K, 64, 64]`, at least a share of all of it."""
    whole = (detail**2).sum(axis=(1, 2))[:, None, None]
    return np.asarray(np.maximum(within_overlap, _MIN_ENERGY * whole), np.float32)


def _correlate(first: Float32Array, second: Float32Array) -> Float32Array:
    """The sum of products at every shift of `second`, `[K, 64, 64]`."""
    size = (_PAD, _PAD)
    return np.asarray(irfft2(rfft2(first, size) * np.conj(rfft2(second, size)), size, overwrite_x=True), np.float32)


def _signed(offset: Int64Array) -> Float32Array:
    return np.asarray(np.where(offset >= SIDE, offset - _PAD, offset) / SIDE, np.float32)
