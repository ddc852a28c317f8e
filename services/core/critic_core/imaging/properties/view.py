"""Intermediate images shared by several properties, computed once per photo."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.imaging.decode import Pixels

_Float = npt.NDArray[np.float32]

LONG_SIDE = 480
"""Pixels: the size of a photo on a page. The box reduction averages out the noise of large photos."""

_SUBJECT_TAIL = 0.1
_COLOUR_SIDE = 160
_TILES = 8


class View:
    """A photo at a standard size, and images derived from the pixels."""

    def __init__(self, pixels: Pixels) -> None:
        image = Image.fromarray(pixels)
        scale = min(1.0, LONG_SIDE / max(image.size))
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        self._image = image if scale == 1.0 else image.resize(size, Image.Resampling.BOX, reducing_gap=1.0)

    @cached_property
    def pixels(self) -> Pixels:
        """uint8 `[h, w, 3]`, sRGB, long side at most LONG_SIDE."""
        return np.asarray(self._image)

    @cached_property
    def luma(self) -> _Float:
        """`[h, w]`, 0 to 255, ITU-R BT.601 (Pillow's mode L)."""
        return np.asarray(self._image.convert("L"), dtype=np.float32)

    @cached_property
    def small_linear(self) -> _Float:
        """Linear light `[h, w, 3]`, 0 to 1, of at most 160 × 160 pixels: enough for global colour statistics."""
        small = self._image.copy()
        small.thumbnail((_COLOUR_SIDE, _COLOUR_SIDE), Image.Resampling.BOX, reducing_gap=None)
        return np.asarray(_LINEAR[np.asarray(small)])

    @cached_property
    def detail(self) -> _Float:
        """Gradient magnitude `[h, w]` of the luma by forward differences, levels per pixel."""
        return np.abs(_step(self.luma, 0)) + np.abs(_step(self.luma, 1))

    @cached_property
    def clarity(self) -> _Float:
        """The detail squared, `[h, w]`: few clear edges outweigh many faint edges, as for the eye."""
        return np.square(self.detail)

    @cached_property
    def subject(self) -> tuple[slice, slice]:
        """Rows and columns of the subject box: a tenth of the clarity lies outside on every side.

        Source: Luo and Tang, "Photo and Video Quality Evaluation: Focusing on the Subject", ECCV 2008, section 4.1
        (there a tenth of the clear pixels; here pixels weighted by clarity).
        """
        return _core(self.clarity.sum(axis=1)), _core(self.clarity.sum(axis=0))

    @cached_property
    def background(self) -> _Float:
        """The detail outside the subject box, `[n]`; empty if the box covers the whole photo."""
        outside = np.ones(self.detail.shape, dtype=bool)
        outside[self.subject] = False
        return self.detail[outside]


def tiles(values: _Float) -> npt.NDArray[np.float64]:
    """Means over a grid of at most 8 × 8 tiles."""
    rows, columns = (min(_TILES, side) for side in values.shape)
    tops = np.linspace(0, values.shape[0], rows, endpoint=False, dtype=int)
    lefts = np.linspace(0, values.shape[1], columns, endpoint=False, dtype=int)
    sums = np.add.reduceat(np.add.reduceat(values, tops, axis=0, dtype=np.float64), lefts, axis=1)
    counts = np.outer(np.diff([*tops, values.shape[0]]), np.diff([*lefts, values.shape[1]]))
    return np.asarray(sums / counts)


def _linear_table() -> _Float:
    """sRGB's transfer curve (IEC 61966-2-1) for the 256 levels."""
    level = np.arange(256) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear_table()


def _step(values: _Float, axis: int) -> _Float:
    """The difference to the next row or column; 0 in the last."""
    last = values[-1:] if axis == 0 else values[:, -1:]
    return np.diff(values, axis=axis, append=last)


def _core(profile: _Float) -> slice:
    """The range from the 10th to the 90th percentile of the sum; the whole profile for a sum of zero."""
    shares = np.cumsum(profile, dtype=np.float64)
    if shares[-1] <= 0:
        return slice(0, len(profile))
    first, last = np.searchsorted(shares, (_SUBJECT_TAIL * shares[-1], (1 - _SUBJECT_TAIL) * shares[-1]))
    return slice(int(first), int(last) + 1)
