"""Rotation, flattening and reduction of a photo, band by band, without a second copy of the whole photo.

A band is a range of upright rows: cut, rotated, flattened, reduced. Rotation before reduction makes the results for
the eight orientations of a photo bit-identical, since the reduction gets the same rows and columns.
"""

from dataclasses import dataclass

from PIL import Image

from critic_core.imaging.flatten import brightest, flatten
from critic_core.imaging.orientation import upright_rows, upright_size

_BAND_PIXELS = 4_000_000


def reduced_size(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """`size` scaled down to `long_side`, never up, at least one pixel."""
    longest = max(size)
    if longest <= long_side:
        return size
    return max(1, round(size[0] * long_side / longest)), max(1, round(size[1] * long_side / longest))


def reduce_upright(image: Image.Image, orientation: int, long_side: int) -> Image.Image:
    """The stored `image`, upright and box-reduced to `long_side`; mode L, RGB, CMYK or LAB."""
    size = upright_size(image.size, orientation)
    target = reduced_size(size, long_side)
    source = _Source(image, orientation, size, brightest(image))
    if target == size:
        return source.rows(0, size[1])
    rows = max(1, int(_BAND_PIXELS / size[0] * target[1] / size[1]))
    starts = range(0, target[1], rows)
    return _stacked([source.reduced(target, first, min(first + rows, target[1])) for first in starts], target)


@dataclass(frozen=True)
class _Source:
    """The stored image, with orientation, upright size and white level."""

    image: Image.Image
    orientation: int
    size: tuple[int, int]
    white: float

    def rows(self, top: int, bottom: int) -> Image.Image:
        return flatten(upright_rows(self.image, self.orientation, top, bottom), self.white)

    def reduced(self, target: tuple[int, int], first: int, last: int) -> Image.Image:
        """Rows `first` to `last` of the target."""
        width, height = self.size
        scale = height / target[1]
        top, bottom = int(first * scale), min(height, -int(-last * scale // 1))
        box = (0.0, first * scale - top, float(width), min(last * scale - top, float(bottom - top)))
        return self.rows(top, bottom).resize((target[0], last - first), Image.Resampling.BOX, box=box)


def _stacked(bands: list[Image.Image], size: tuple[int, int]) -> Image.Image:
    if len(bands) == 1:
        return bands[0]
    whole = Image.new(bands[0].mode, size)
    top = 0
    for band in bands:
        whole.paste(band, (0, top))
        top += band.height
    return whole
