"""The check of each reader's files."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from critic_core.imaging.structure import bmp, boxes, gif, jpeg, png, tiff

_CHECKS: Mapping[str, Callable[[bytes, int], None]] = MappingProxyType(
    {
        "jpeg": jpeg.check,
        "png": lambda data, _: png.check(data),
        "gif": lambda data, _: gif.check(data),
        "bmp": lambda data, _: bmp.check(data),
        "tiff": tiff.check,
        "heif": boxes.check,
        "avif": boxes.check,
    }
)


def check_structure(data: bytes, reader: str, max_pixels: int) -> None:
    """Raises PhotoTooComplex for a file of this `reader` that would be too much work.

    A WebP's first frame is bounded by its pixels, a RAW file's preview is checked as the JPEG that it is.
    """
    if reader in _CHECKS:
        _CHECKS[reader](data, max_pixels)
