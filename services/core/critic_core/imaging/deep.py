"""Photos of more than 8 bits a channel, reduced without loss of depth: Pillow has no such colour images."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.imaging.orientation import stored_box, turn_array, upright_size

Float = npt.NDArray[np.float32]
_BAND_PIXELS = 2_000_000
_INKS = 4


@dataclass(frozen=True)
class DeepImage:
    """Stored pixels `[height, width, channels]` of any number type, `white` their value of white.

    Channels: grey, RGB or CMYK, then, if `alpha`, opacity.
    """

    values: npt.NDArray[np.generic]
    white: float
    alpha: bool = False
    alpha_multiplied: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Stored width and height."""
        return self.values.shape[1], self.values.shape[0]


def reduce_deep(image: DeepImage, orientation: int, target: tuple[int, int]) -> Float:
    """Upright, over white, box-reduced to `target` (width, height): `[h, w, channels]`, 1 is white."""
    size = upright_size(image.size, orientation)
    return np.concatenate([_band(image, orientation, size, target, rows) for rows in _bands(size, target)])


def _bands(size: tuple[int, int], target: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Rows of the target, a band at a time."""
    step = max(1, int(_BAND_PIXELS / size[0] * target[1] / size[1]))
    return ((first, min(first + step, target[1])) for first in range(0, target[1], step))


def _band(
    image: DeepImage, orientation: int, size: tuple[int, int], target: tuple[int, int], rows: tuple[int, int]
) -> Float:
    scale = size[1] / target[1]
    top, bottom = int(rows[0] * scale), min(size[1], -int(-rows[1] * scale // 1))
    left, upper, right, lower = stored_box(image.size, orientation, top, bottom)
    part = _over_white(image, image.values[upper:lower, left:right].astype(np.float32) / np.float32(image.white))
    part = turn_array(part, orientation)
    if target == size:
        return part
    box = (0.0, rows[0] * scale - top, float(size[0]), min(rows[1] * scale - top, float(bottom - top)))
    return _resized(part, (target[0], rows[1] - rows[0]), box)


def _over_white(image: DeepImage, part: Float) -> Float:
    part = np.nan_to_num(part, posinf=1.0)
    if not image.alpha:
        return part
    colour, opacity = part[..., :-1], np.clip(part[..., -1:], 0, 1)
    white = np.float32(colour.shape[2] != _INKS)  # no ink is white
    return np.asarray((colour if image.alpha_multiplied else colour * opacity) + white * (1 - opacity), np.float32)


def _resized(part: Float, size: tuple[int, int], box: tuple[float, float, float, float]) -> Float:
    channels = (Image.fromarray(np.ascontiguousarray(part[..., number])) for number in range(part.shape[2]))
    return np.stack([np.asarray(channel.resize(size, Image.Resampling.BOX, box=box)) for channel in channels], axis=2)
