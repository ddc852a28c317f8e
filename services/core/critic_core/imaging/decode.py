"""Photo bytes → upright sRGB pixels, in training and serving alike.

Order: byte limit, file type, structure, header, pixel limit, decoding.
"""

from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt
from PIL import Image, JpegImagePlugin

from critic_core.contracts.critique import ImageFacts
from critic_core.contracts.errors import PhotoCorrupt, PhotoError, PhotoTooComplex, PhotoTooManyPixels
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.capture import capture_of, capture_of_raw
from critic_core.imaging.colour import to_srgb
from critic_core.imaging.formats import Format, sniff
from critic_core.imaging.limits import DEFAULT_LIMITS, Limits
from critic_core.imaging.orientation import from_exif, upright_size
from critic_core.imaging.pillow_warnings import quiet_pillow
from critic_core.imaging.readers import READERS, Opened
from critic_core.imaging.reduction import reduce_upright
from critic_core.imaging.structure.check import check_structure

__all__ = ["Decoded", "Limits", "Pixels", "decode"]

Pixels = npt.NDArray[np.uint8]
"""Upright sRGB, `[height, width, 3]`."""


@dataclass(frozen=True)
class Decoded:
    """`pixels` with a long side of at most `preprocessing.decode_long_side`, and facts about the file."""

    pixels: Pixels
    facts: ImageFacts


def decode(data: bytes, preprocessing: Preprocessing, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode a photo. Arbitrary bytes raise only subclasses of PhotoError."""
    limits.check_bytes(len(data))
    known = sniff(data)
    try:
        with quiet_pillow():
            return _decode(data, known, preprocessing.decode_long_side, limits)
    except PhotoError:
        raise
    except Exception as error:  # noqa: BLE001 - parsers raise arbitrary exceptions on hostile files
        _refuse(error, known)


def _decode(data: bytes, known: Format, long_side: int, limits: Limits) -> Decoded:
    check_structure(data, known.reader, limits.max_pixels)
    opened = READERS[known.reader](data)
    image, stored = opened.image, opened.image.size
    limits.check_pixels(*stored)
    capture = capture_of_raw(data) if known.reader == "raw" else capture_of(image, data)  # loading closes some files
    _draft(image, long_side)
    image = opened.load(image)
    limits.check_pixels(*image.size)  # the decoded HEIF may exceed the size in the header
    exif_orientation = opened.exif_orientation or from_exif(image)
    turn = 1 if opened.upright else exif_orientation
    small, notes = to_srgb(reduce_upright(image, turn, long_side), image.info.get("icc_profile"))
    facts = _facts(opened, known, exif_orientation, opened.size or upright_size(stored, turn), notes)
    return Decoded(np.array(small), facts.model_copy(update={"capture": capture}))


def _draft(image: Image.Image, long_side: int) -> None:
    """JPEG only: decode at the smallest DCT scale that still reaches `long_side`."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return
    width, height = image.size
    scale = next((s for s in (8, 4, 2) if -(-max(width, height) // s) >= long_side), 1)
    if scale > 1:
        image.draft(None, (max(1, width // scale), max(1, height // scale)))


def _facts(
    opened: Opened, known: Format, orientation: int, size: tuple[int, int], notes: tuple[str, ...]
) -> ImageFacts:
    return ImageFacts(
        format=known.name,
        media_type=known.media_type,
        width=size[0],
        height=size[1],
        orientation=orientation,
        frames=opened.frames,
        notes=opened.notes + notes,
    )


def _refuse(error: Exception, known: Format) -> Never:
    if isinstance(error, Image.DecompressionBombError):  # Pillow's limit: a tile larger than the image
        raise PhotoTooManyPixels from error
    if isinstance(error, MemoryError):
        raise PhotoTooComplex("Decoding the photo takes more memory than the limit.") from error
    raise PhotoCorrupt(f"The file begins like {known.name.upper()}, but is damaged or cut short.") from error
