"""Camera RAW, by the largest embedded preview: much faster than demosaicing.

LibRaw reads the directories and extracts the preview; the sensor data stays packed.
"""

from dataclasses import dataclass
from io import BytesIO

import rawpy
from PIL import Image, JpegImagePlugin

from critic_core.contracts.errors import PhotoCorrupt, PhotoNoPreview
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.imaging.orientation import swaps_sides
from critic_core.imaging.structure import jpeg

_FLIP_TO_EXIF = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `sizes.flip` → EXIF orientation. Source: LibRaw API, libraw_image_sizes_t."""

_START_OF_IMAGE = b"\xff\xd8"


@dataclass(frozen=True)
class Preview:
    """An embedded preview: the opened `image`, the EXIF `orientation` of its rows, the upright size of the photo."""

    image: Image.Image
    orientation: int
    photo_size: tuple[int, int]


def largest_preview(data: bytes) -> Preview:
    """The largest embedded preview. Raises PhotoNoPreview, or PhotoCorrupt for a file unreadable to LibRaw."""
    try:
        with rawpy.imread(BytesIO(data)) as opened:
            return _preview(data, opened)
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
        raise PhotoNoPreview from error
    except rawpy.LibRawError as error:
        raise PhotoCorrupt("The RAW file is damaged, cut short, or of a camera that we do not know.") from error


def _preview(data: bytes, opened: rawpy.RawPy) -> Preview:
    thumbnail, sizes = opened.extract_thumb(), opened.sizes
    image = _image(data, thumbnail)
    orientation = _FLIP_TO_EXIF.get(sizes.flip, 1)
    stored = (sizes.width, sizes.height)
    photo_size = (stored[1], stored[0]) if swaps_sides(orientation) else stored
    return Preview(image, _of_preview(image.size, stored, orientation), photo_size)


def _image(data: bytes, thumbnail: rawpy.Thumbnail) -> Image.Image:
    """The preview as an image. Raises PhotoCorrupt if the file does not contain all bytes of the preview.

    LibRaw accepts a file truncated within the preview: the rest of the buffer is then uninitialised memory, perhaps
    another user's photo.
    """
    if isinstance(thumbnail.data, bytes):
        body = _without_added_header(data, thumbnail.data)
        _must_contain(data, body)
        jpeg.check(body, DEFAULT_LIMITS.max_pixels)
        return JpegImagePlugin.JpegImageFile(BytesIO(_START_OF_IMAGE + body))
    _must_contain(data, thumbnail.data.tobytes())
    return Image.fromarray(thumbnail.data)


def _without_added_header(data: bytes, preview: bytes) -> bytes:
    """The JPEG after the first marker, without the EXIF segment that LibRaw adds to previews without EXIF."""
    if preview[:64] in data:
        return preview[2:]
    return preview[4 + int.from_bytes(preview[4:6], "big") :]


def _must_contain(data: bytes, part: bytes) -> None:
    if part not in data:
        raise PhotoCorrupt("The RAW file is cut short: it ends within its preview.")


def _of_preview(preview: tuple[int, int], sensor: tuple[int, int], orientation: int) -> int:
    """Orientation of the preview: 1 for cameras with upright previews, recognised by the aspect ratio."""
    turned_already = swaps_sides(orientation) and (preview[0] < preview[1]) != (sensor[0] < sensor[1])
    return 1 if turned_already else orientation
