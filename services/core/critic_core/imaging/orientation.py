"""The eight EXIF orientations (tag 274) of the stored rows.

Source: CIPA DC-008 (Exif 3.0), 4.6.4 A, Orientation.
"""

import re

import numpy as np
import numpy.typing as npt
from PIL import Image

_TAG = 274
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_XMP = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')

_MIRRORS = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}
"""Steps through rows and columns, after the exchange of both."""


def from_exif(image: Image.Image) -> int:
    """1 to 8; 1 without readable EXIF."""
    try:
        value = image.getexif().get(_TAG, 1)
    except Exception:  # noqa: BLE001 - Pillow's EXIF parser raises various exceptions on malformed EXIF
        return 1
    return checked(value)


def from_xmp(packet: bytes | None) -> int:
    """1 to 8, of a photo whose EXIF states none; Pillow's rule, for photos that it does not open."""
    found = _XMP.search(packet or b"")
    return int(found[1]) if found else 1


def checked(value: object) -> int:
    """`value` if it is an orientation, else 1."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def swaps_sides(orientation: int) -> bool:
    """True for orientations that swap width and height."""
    return orientation >= 5


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Upright (width, height) of a photo stored with `size`."""
    return (size[1], size[0]) if swaps_sides(orientation) else size


def upright_rows(image: Image.Image, orientation: int, top: int, bottom: int) -> Image.Image:
    """Upright rows `top` to `bottom` (exclusive), cut from the stored image."""
    box = stored_box(image.size, orientation, top, bottom)
    part = image if box == (0, 0, *image.size) else image.crop(box)
    return part.transpose(_TURN[orientation]) if orientation in _TURN else part


def turn_array(pixels: npt.NDArray[np.float32], orientation: int) -> npt.NDArray[np.float32]:
    """Stored pixels `[h, w, channels]`, turned upright."""
    if swaps_sides(orientation):
        pixels = pixels.transpose(1, 0, 2)
    rows, columns = _MIRRORS.get(orientation, (1, 1))
    return pixels[::rows, ::columns]


def stored_box(size: tuple[int, int], orientation: int, top: int, bottom: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the stored pixels of the upright rows `top` to `bottom`."""
    width, height = size
    if orientation in (1, 2):
        return 0, top, width, bottom
    if orientation in (3, 4):
        return 0, height - bottom, width, height - top
    if orientation in (5, 6):
        return top, 0, bottom, height
    return width - bottom, 0, width - top, height
