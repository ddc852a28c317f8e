"""Photo bytes → the network's input, in training and serving alike."""

import numpy as np
from PIL import Image

from critic_core.contracts.manifest import Filter, Fit, Preprocessing
from critic_core.imaging.decode import Limits, Pixels, decode
from critic_core.imaging.limits import DEFAULT_LIMITS

_FILTERS = {
    Filter.box: Image.Resampling.BOX,
    Filter.bilinear: Image.Resampling.BILINEAR,
    Filter.hamming: Image.Resampling.HAMMING,
    Filter.bicubic: Image.Resampling.BICUBIC,
    Filter.lanczos: Image.Resampling.LANCZOS,
}
_MID_GREY = (128, 128, 128)


def prepare(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """uint8 `[size, size, 3]` from a photo's bytes. Raises PhotoError's subclasses."""
    return to_input(decode(data, preprocessing, limits).pixels, preprocessing)


def to_input(pixels: Pixels, preprocessing: Preprocessing) -> Pixels:
    """uint8 `[size, size, 3]` from decoded pixels: fitted to the square, filtered without aliasing."""
    image, side = Image.fromarray(pixels), preprocessing.size
    resampling = _FILTERS[preprocessing.filter]
    if preprocessing.fit is Fit.pad:
        return np.array(_padded(image, side, resampling))
    box = _middle_square(image) if preprocessing.fit is Fit.crop else None
    return np.array(image.resize((side, side), resampling, box=box))


def _middle_square(image: Image.Image) -> tuple[float, float, float, float]:
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return left, top, left + side, top + side


def _padded(image: Image.Image, side: int, resampling: Image.Resampling) -> Image.Image:
    scale = side / max(image.size)
    inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    square = Image.new("RGB", (side, side), _MID_GREY)
    square.paste(image.resize(inner, resampling), ((side - inner[0]) // 2, (side - inner[1]) // 2))
    return square
