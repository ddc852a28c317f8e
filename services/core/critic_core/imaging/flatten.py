"""Conversion of all of Pillow's pixel modes to L, RGB, CMYK or LAB with 8 bits, the input of colour management."""

import numpy as np
from PIL import Image

_READY = ("L", "RGB", "CMYK", "LAB")
_DEEP = ("I", "F")


def brightest(image: Image.Image) -> float:
    """The pixel value of white: fixed by the mode, or the maximum of the photo for 32-bit modes (without convention).

    Computed once for the whole photo, so that all bands have the same scale.
    """
    if image.mode.startswith("I;16"):
        return 65535.0
    if image.mode not in _DEEP:
        return 255.0
    extrema = image.getextrema()
    most = extrema[1]
    return float(most) if isinstance(most, int | float) and most > 0 else 1.0


def flatten(image: Image.Image, white: float) -> Image.Image:
    """`image` as L, RGB, CMYK or LAB: transparency over white, deep pixels scaled (not clipped) to 8 bits."""
    if image.mode in _READY and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16") or image.mode in _DEEP:
        return _to_8_bits(image, white)
    if image.has_transparency_data:
        return _over_white(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_8_bits(image: Image.Image, white: float) -> Image.Image:
    scaled = np.asarray(image, dtype=np.float32) * np.float32(255.0 / white)
    return Image.fromarray(np.clip(np.nan_to_num(scaled) + 0.5, 0, 255).astype(np.uint8))


def _over_white(image: Image.Image) -> Image.Image:
    grey = image.mode in ("L", "LA", "La")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA") if image.mode != "La" else image.convert("LA").convert("RGBA"))
    return paper.convert("L" if grey else "RGB")
