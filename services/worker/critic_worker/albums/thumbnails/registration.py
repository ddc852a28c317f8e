"""How far frames of one view are turned against each other: thumbnails registered by their gradients.

Similarities (turn, zoom, shift) of a plane are complex numbers: z → scale · z + shift. Source: Baker and Matthews,
"Lucas-Kanade 20 years on", International Journal of Computer Vision 56(3), 2004: the inverse compositional algorithm.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from critic_worker.albums.thumbnails.shifts import SIDE
from critic_worker.arrays import BoolArray, Float32Array, Float64Array

_STEPS = 4
_BLUR = 1.0  # pixels: a step reaches as far as the gradients
_BLACK = 8  # levels; the noise of shadows counts little in the logarithm
_HALF = (SIDE - 1) / 2
_RIDGE = 0.01  # against a singular matrix where nothing has edges
_FLAT = 1e-3  # logarithms
_INSIDE = SIDE - 1.001
_STRIDE = 2  # every other pixel of the blurred thumbnails decides
_BLOCK = 256  # pairs in memory at a time, 0.1 MB each

Complex64Array = npt.NDArray[np.complex64]
_axis = np.linspace(-1, 1, SIDE)
_GRID = (_axis + 1j * _axis[:, None])[::_STRIDE, ::_STRIDE].ravel().astype(np.complex64)


@dataclass(frozen=True)
class Registration:
    """Of K pairs, `[K]` each: degrees by which the second frame is turned clockwise (the camera counter-clockwise), and
    the correlation of both after it, −1 to 1.
    """

    degrees: Float64Array
    fit: Float64Array


def register(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> Registration:
    """Register the thumbnails `[K, 32, 32]` of pairs that are no more than some ten degrees apart."""
    starts = range(0, max(1, len(first)), _BLOCK)
    blocks = [_register(first[at : at + _BLOCK], second[at : at + _BLOCK]) for at in starts]
    return Registration(*map(np.concatenate, zip(*blocks, strict=True)))


def _register(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> tuple[Float64Array, Float64Array]:
    still, moved = _contrasts(first), _contrasts(second)
    values = _sampled(still)
    scale = np.ones((len(still), 1), np.complex64)
    shift = np.zeros_like(scale)
    derivatives = _derivatives(still)
    for _ in range(_STEPS):
        difference, inside = _difference(values, moved, scale * _GRID + shift)
        turn, move = _step(derivatives * inside[:, :, None], difference)
        scale = scale / turn
        shift = shift - scale * move
    return np.degrees(np.angle(scale[:, 0])).astype(np.float64), _fit(values, moved, scale * _GRID + shift)


def _contrasts(thumbnails: npt.NDArray[np.uint8]) -> Float32Array:
    """Logarithms of mean 0 and deviation 1: another exposure, a softer lens change neither."""
    light = gaussian_filter(np.log(thumbnails.astype(np.float32) + _BLACK), (0, _BLUR, _BLUR))
    light -= light.mean(axis=(1, 2), keepdims=True)
    return np.asarray(light / np.maximum(light.std(axis=(1, 2), keepdims=True), _FLAT), np.float32)


def _sampled(frames: Float32Array) -> Float32Array:
    """`[K, 256]`."""
    return frames[:, ::_STRIDE, ::_STRIDE].reshape(len(frames), -1)


def _derivatives(still: Float32Array) -> Float32Array:
    """Of each pixel by the real and imaginary parts of scale and shift, `[K, 256, 4]`."""
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(still, 1 / _HALF, axis=(1, 2)))
    by_shift = _sampled(across) - 1j * _sampled(down)
    by_scale = by_shift * _GRID
    by_parameter = (by_scale.real, -by_scale.imag, by_shift.real, -by_shift.imag)
    return np.stack(by_parameter, axis=2).astype(np.float32)


def _step(derivatives: Float32Array, difference: Float32Array) -> tuple[Complex64Array, Complex64Array]:
    """The similarity that removes most of the difference, `[K, 1]` each: scale and shift."""
    transposed = derivatives.transpose(0, 2, 1)
    normal = transposed @ derivatives + _RIDGE * np.eye(4, dtype=np.float32)
    found = np.linalg.solve(normal, transposed @ difference[:, :, None])[..., 0]
    scale, shift = 1 + found[:, :1] + 1j * found[:, 1:2], found[:, 2:3] + 1j * found[:, 3:]
    return scale.astype(np.complex64), shift.astype(np.complex64)


def _difference(still: Float32Array, moved: Float32Array, at: Complex64Array) -> tuple[Float32Array, BoolArray]:
    """Of the moved frame, read at these places, and the still one, 0 outside; and what is inside, `[K, 256]`."""
    values, inside = _read(moved, at)
    return _centred(values - still, inside), inside


def _fit(still: Float32Array, moved: Float32Array, at: Complex64Array) -> Float64Array:
    values, inside = _read(moved, at)
    first, second = _centred(still, inside), _centred(values, inside)
    energy = np.sqrt(np.square(first).sum(axis=1) * np.square(second).sum(axis=1))
    return np.asarray((first * second).sum(axis=1) / np.maximum(energy, _FLAT), np.float64)


def _centred(values: Float32Array, inside: BoolArray) -> Float32Array:
    mean = (values * inside).sum(axis=1, keepdims=True) / np.maximum(inside.sum(axis=1, keepdims=True), 1)
    return np.asarray((values - mean) * inside, np.float32)


def _read(frames: Float32Array, at: Complex64Array) -> tuple[Float32Array, BoolArray]:
    """Bilinear, `[K, 256]`; and which places are within the frame."""
    across, down = (at.real + 1) * _HALF, (at.imag + 1) * _HALF
    inside = (across >= 0) & (across <= SIDE - 1) & (down >= 0) & (down <= SIDE - 1)
    across, down = across.clip(0, _INSIDE), down.clip(0, _INSIDE)
    left, top = across.astype(np.int64), down.astype(np.int64)
    across, down = across - left, down - top
    flat, corner = frames.reshape(len(frames), -1), top * SIDE + left
    corners = [np.take_along_axis(flat, corner + step, axis=1) for step in (0, 1, SIDE, SIDE + 1)]
    upper = corners[0] + across * (corners[1] - corners[0])
    lower = corners[2] + across * (corners[3] - corners[2])
    return np.asarray(upper + down * (lower - upper), np.float32), inside
