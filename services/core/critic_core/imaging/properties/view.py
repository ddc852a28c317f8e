"""Intermediate images shared by the properties and the fingerprint, computed once per photo.

Levels are integers: differences and sums of 16 bits are exact, and several times faster than floats.
"""

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.imaging.code_points import decode_srgb
from critic_core.imaging.decode import Pixels

_Float = npt.NDArray[np.float32]
Levels = npt.NDArray[np.int16]
"""`[h, w]`, differences of 8-bit levels."""

LONG_SIDE = 480
"""Pixels: the size of a photo on a page. The box reduction averages out the noise of large photos."""

_SUBJECT_TAIL = 0.1
_SMALL_SIDE, _GREY_SIDE = 160, 240
_COLOUR_CELLS = (8, 8)
_TILES = 8


class View:
    """A photo at a standard size, and images derived from the pixels."""

    def __init__(self, pixels: Pixels) -> None:
        self.photo = pixels
        self.image = _at_standard_size(Image.fromarray(pixels))
        """Long side at most LONG_SIDE."""
        self._grey = self.image.convert("L")

    @cached_property
    def channels(self) -> tuple[npt.NDArray[np.uint8], ...]:
        """Red, green and blue, each uint8 `[h, w]`, sRGB, long side at most LONG_SIDE."""
        return tuple(np.asarray(channel) for channel in self.image.split())

    @cached_property
    def brightest_channel(self) -> npt.NDArray[np.uint8]:
        """`[h, w]`, the largest of the three channels."""
        return np.maximum(np.maximum(*self.channels[:2]), self.channels[2])

    @cached_property
    def darkest_channel(self) -> npt.NDArray[np.uint8]:
        """`[h, w]`, the smallest of the three channels."""
        return np.minimum(np.minimum(*self.channels[:2]), self.channels[2])

    @cached_property
    def luma(self) -> Levels:
        """`[h, w]`, 0 to 255, ITU-R BT.601 (Pillow's mode L)."""
        return np.asarray(self._grey).astype(np.int16)

    @cached_property
    def tones(self) -> npt.NDArray[np.float64]:
        """Shares of the 256 levels of red, green and blue, `[3, 256]`, in blocks of equal size, at most 160 × 160."""
        small = self.image.reduce(-(-max(self.image.size) // _SMALL_SIDE))
        counts = np.array(small.histogram(), np.float64).reshape(3, 256)
        return np.asarray(counts / counts[:1].sum())

    @cached_property
    def small_grey(self) -> Image.Image:
        """The luma in blocks, 240 pixels where the view has as many: on fewer, hashes of copies differ more."""
        return self._grey.reduce(max(1, max(self._grey.size) // _GREY_SIDE))

    @cached_property
    def colours(self) -> npt.NDArray[np.uint8]:
        """Mean Cb and Cr of 8 × 8 cells, `[8, 8, 2]`."""
        cells = self.image.resize(_COLOUR_CELLS, Image.Resampling.BOX).convert("YCbCr")
        return np.asarray(cells)[..., 1:]

    @cached_property
    def steps(self) -> tuple[Levels, Levels]:
        """Absolute differences of the luma to the next row and to the next column, `[h, w]`; 0 in the last."""
        return _steps(self.luma), _steps(self.luma.T).T

    @cached_property
    def detail(self) -> Levels:
        """Gradient magnitude `[h, w]` of the luma by forward differences, levels per pixel."""
        down, across = self.steps
        return down + across

    @cached_property
    def clarity(self) -> _Float:
        """The detail squared, `[h, w]`: few clear edges outweigh many faint edges, as for the eye."""
        return np.square(self.detail, dtype=np.float32)

    @cached_property
    def subject(self) -> tuple[slice, slice]:
        """Rows and columns of the subject box: a tenth of the clarity lies outside on every side.

        Source: Luo and Tang, "Photo and Video Quality Evaluation: Focusing on the Subject", ECCV 2008, section 4.1
        (there a tenth of the clear pixels; here pixels weighted by clarity).
        """
        return _core(self.clarity.sum(axis=1)), _core(self.clarity.sum(axis=0))

    @cached_property
    def background(self) -> Levels:
        """The detail outside the subject box, `[n]`; empty if the box covers the whole photo."""
        outside = np.ones(self.detail.shape, dtype=bool)
        outside[self.subject] = False
        return self.detail[outside]


def tiles(values: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Means over a grid of at most 8 × 8 tiles; sums of 60 × 60 values of 12 bits are exact in single precision."""
    rows, columns = (_tile_of(side) for side in values.shape)
    sums = rows @ values.astype(np.float32) @ columns.T
    return np.asarray(sums / np.outer(rows.sum(axis=1), columns.sum(axis=1)), np.float64)


@lru_cache(maxsize=64)
def _tile_of(side: int) -> _Float:
    """`[tiles, side]`: 1 where a row or column lies in a tile."""
    starts = np.linspace(0, side, min(_TILES, side), endpoint=False, dtype=int)
    tile = np.searchsorted(starts, np.arange(side), side="right") - 1
    return np.equal.outer(np.arange(len(starts)), tile).astype(np.float32)


def linear_levels() -> npt.NDArray[np.floating]:
    """Linear light of the 256 levels of sRGB, 0 to 1."""
    return decode_srgb(np.arange(256) / 255)


def _at_standard_size(image: Image.Image) -> Image.Image:
    """Whole blocks are the same mean as the box filter's, three times faster."""
    longest = max(image.size)
    if longest <= LONG_SIDE:
        return image
    if longest % LONG_SIDE == 0:
        return image.reduce(longest // LONG_SIDE)
    size = (max(1, round(side * LONG_SIDE / longest)) for side in image.size)
    width, height = size
    return image.resize((width, height), Image.Resampling.BOX)


def _steps(luma: Levels) -> Levels:
    """To the next row."""
    steps = np.zeros_like(luma)
    np.abs(luma[1:] - luma[:-1], out=steps[:-1])
    return steps


def _core(profile: _Float) -> slice:
    """The range from the 10th to the 90th percentile of the sum; the whole profile for a sum of zero."""
    shares = np.cumsum(profile, dtype=np.float64)
    if shares[-1] <= 0:
        return slice(0, len(profile))
    first, last = np.searchsorted(shares, (_SUBJECT_TAIL * shares[-1], (1 - _SUBJECT_TAIL) * shares[-1]))
    return slice(int(first), int(last) + 1)
