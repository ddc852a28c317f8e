"""The preview of a photo: a small JPEG for pages and lists."""

from io import BytesIO

from PIL import Image

from critic_core.imaging.decode import Pixels

_QUALITY = 82


def preview(pixels: Pixels, long_side: int = 640) -> bytes:
    """`pixels` as a JPEG of at most `long_side`, without any metadata (no EXIF, no place, no camera)."""
    image = Image.fromarray(pixels)
    image.thumbnail((long_side, long_side), Image.Resampling.BOX, reducing_gap=None)
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
