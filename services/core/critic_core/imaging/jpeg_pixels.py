"""The pixels of a JPEG, with libjpeg's own word on whether the file is whole.

Pillow hides libjpeg's warnings: a file with foreign bytes in the middle comes out as a photo. simplejpeg binds the same
library (libjpeg-turbo), gives the same pixels, and can be strict.
"""

import re

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from critic_core.contracts.errors import PhotoCorrupt

DAMAGED = "the file is damaged: a part of the picture is not what the camera saw"
_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_END = b"\xff\xd9"
_DAMAGE = re.compile(r"premature end|bad huffman|corrupt jpeg data|instead of rst", re.IGNORECASE)
_PADDING = re.compile(r"corrupt jpeg data: \d{1,2} extraneous bytes before marker 0xd9", re.IGNORECASE)
"""Some cameras write a few bytes before the end of the image."""
_CUT = "Premature end of JPEG file"


class _Warned(Exception):
    """libjpeg's last warning, or simplejpeg's refusal."""


def load_jpeg(image: Image.Image, data: bytes, long_side: int) -> tuple[Image.Image, tuple[str, ...]]:
    """The pixels at the smallest DCT scale that still reaches `long_side`, and notes. Raises PhotoCorrupt if cut short.

    Pillow decodes what simplejpeg does not know, such as rare subsamplings.
    """
    width, height = image.size
    scale = next((scale for scale in (8, 4, 2) if -(-max(width, height) // scale) >= long_side), 1)
    try:
        pixels = _strictly(data, (-(-width // scale), -(-height // scale)), _SPACES.get(image.mode, "RGB"))
    except _Warned as warned:
        if scale > 1:
            image.draft(None, (max(1, width // scale), max(1, height // scale)))
        image.load()
        return image, (DAMAGED,) if _is_damage(str(warned)) else ()
    return _as_image(pixels, image), ()


def _strictly(data: bytes, size: tuple[int, int], space: str) -> npt.NDArray[np.uint8]:
    """Raises PhotoCorrupt, and _Warned. A file without the two bytes of its end is whole."""
    try:
        return _decoded(data, size, space)
    except _Warned as warned:
        if str(warned) != _CUT:
            raise
    try:
        return _decoded(data + _END, size, space)
    except _Warned as warned:
        if "premature end" in str(warned):
            raise PhotoCorrupt("The JPEG is cut short: the file ends before the picture does.") from warned
        raise


def _decoded(data: bytes, size: tuple[int, int], space: str) -> npt.NDArray[np.uint8]:
    try:
        pixels = simplejpeg.decode_jpeg(data, space, min_width=size[0], min_height=size[1], strict=True)
    except ValueError as error:
        raise _Warned(str(error)) from error
    if pixels.shape[1::-1] != size:
        raise _Warned("another size")
    return np.asarray(255 - pixels if space == "CMYK" else pixels)


def _is_damage(warning: str) -> bool:
    return bool(_DAMAGE.search(warning)) and not _PADDING.search(warning)


def _as_image(pixels: npt.NDArray[np.uint8], header: Image.Image) -> Image.Image:
    """The pixels with the metadata of the header."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels, header.mode)
    image.info = header.info
    return image
