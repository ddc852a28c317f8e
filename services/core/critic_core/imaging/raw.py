"""Camera RAW, by the largest embedded preview: much faster than demosaicing.

LibRaw reads the directories and extracts the preview; the sensor data stays packed. Without a preview worth a score,
LibRaw develops the data at half the size.
"""

from dataclasses import dataclass
from io import BytesIO

import rawpy
from PIL import Image, JpegImagePlugin

from critic_core.contracts.errors import PhotoCorrupt, PhotoNoPreview
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.imaging.orientation import swaps_sides, upright_size
from critic_core.imaging.structure import jpeg

_FLIP_TO_EXIF = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
"""LibRaw's `sizes.flip` (1 mirrors columns, 2 rows, 4 exchanges both) → EXIF orientation."""

_START_OF_IMAGE = b"\xff\xd8"
_LEAST_SIDE = 600
"""Pixels of a preview that stands for the photo, unless the sensor has less than twice as many."""


@dataclass(frozen=True)
class RawPhoto:
    """The largest preview, or the sensor's data developed: the `image`, with the bytes of its `jpeg` if it is one.

    `orientation`: EXIF, of the sensor's rows; `upright`: applied to the image. `size`: upright size of the photo.
    """

    image: Image.Image
    jpeg: bytes | None
    orientation: int
    upright: bool
    size: tuple[int, int]
    note: str


def open_raw(data: bytes) -> RawPhoto:
    """The photo of a RAW file. Raises PhotoNoPreview, or PhotoCorrupt for a file unreadable to LibRaw."""
    try:
        with rawpy.imread(BytesIO(data)) as opened:
            return _preview(data, opened) or _developed(opened)
    except rawpy.LibRawError as error:
        raise PhotoCorrupt("The RAW file is damaged, cut short, or of a camera that we do not know.") from error


def _preview(data: bytes, opened: rawpy.RawPy) -> RawPhoto | None:
    """None without a preview that is large enough."""
    try:
        thumbnail = opened.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    image, jpeg_bytes = _image(data, thumbnail)
    stored = (opened.sizes.width, opened.sizes.height)
    if max(image.size) < min(_LEAST_SIDE, max(stored) / 2):
        return None
    orientation = _FLIP_TO_EXIF.get(opened.sizes.flip, 1)
    note = f"seen through its embedded preview of {image.width} × {image.height} pixels"
    upright = _is_turned(image.size, stored, orientation)
    return RawPhoto(image, jpeg_bytes, orientation, upright, size=upright_size(stored, orientation), note=note)


def _developed(opened: rawpy.RawPy) -> RawPhoto:
    """The sensor's data at half the size, upright. Raises PhotoNoPreview for sensors unknown to LibRaw."""
    orientation = _FLIP_TO_EXIF.get(opened.sizes.flip, 1)
    size = upright_size((opened.sizes.width, opened.sizes.height), orientation)  # development halves it
    try:
        pixels = opened.postprocess(half_size=True, use_camera_wb=True)
    except rawpy.LibRawNonFatalError as error:
        raise PhotoNoPreview from error
    note = "developed at half its size: the file has no preview that is large enough"
    return RawPhoto(Image.fromarray(pixels), None, orientation, upright=True, size=size, note=note)


def _image(data: bytes, thumbnail: rawpy.Thumbnail) -> tuple[Image.Image, bytes | None]:
    """The preview as an image, and its bytes if it is a JPEG. Raises PhotoCorrupt unless the file contains all of it.

    LibRaw accepts a file truncated within the preview: the rest of the buffer is then uninitialised memory, perhaps
    another user's photo.
    """
    if isinstance(thumbnail.data, bytes):
        body = _without_added_header(data, thumbnail.data)
        _must_contain(data, body)
        jpeg.check(body, DEFAULT_LIMITS.max_pixels)
        whole = _START_OF_IMAGE + body
        return JpegImagePlugin.JpegImageFile(BytesIO(whole)), whole
    _must_contain(data, thumbnail.data.tobytes())
    return Image.fromarray(thumbnail.data), None


def _without_added_header(data: bytes, preview: bytes) -> bytes:
    """The JPEG after the first marker, without the EXIF segment that LibRaw adds to previews without EXIF."""
    if preview[:64] in data:
        return preview[2:]
    return preview[4 + int.from_bytes(preview[4:6], "big") :]


def _must_contain(data: bytes, part: bytes) -> None:
    if part not in data:
        raise PhotoCorrupt("The RAW file is cut short: it ends within its preview.")


def _is_turned(preview: tuple[int, int], sensor: tuple[int, int], orientation: int) -> bool:
    """True for an upright preview of a turned sensor, recognised by the aspect ratio."""
    return swaps_sides(orientation) and (preview[0] < preview[1]) != (sensor[0] < sensor[1])
