"""Photo bytes → upright sRGB pixels, in training and serving alike.

Order: byte limit, file type, structure, header, pixel limit, decoding.
"""

from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.contracts.critique import ImageFacts
from critic_core.contracts.errors import PhotoCorrupt, PhotoError, PhotoTooComplex, PhotoTooManyPixels
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.colour import deep_lab_to_srgb, deep_to_srgb, to_srgb
from critic_core.imaging.deep import DeepImage, reduce_deep
from critic_core.imaging.formats import Format, sniff
from critic_core.imaging.heif_items import reason_of_refusal
from critic_core.imaging.jpeg_pixels import DAMAGED
from critic_core.imaging.limits import DEFAULT_LIMITS, Limits
from critic_core.imaging.opened import Loaded, Opened
from critic_core.imaging.orientation import upright_size
from critic_core.imaging.pillow_warnings import quiet_pillow
from critic_core.imaging.readers import READERS
from critic_core.imaging.reduction import reduce_upright, reduced_size
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
        _refuse(error, known, data)


def _decode(data: bytes, known: Format, long_side: int, limits: Limits) -> Decoded:
    check_structure(data, known.reader, limits.max_pixels)
    opened = READERS[known.reader](data)
    opened.check(limits.max_pixels)
    limits.check_pixels(*opened.stored, reduces=opened.reduces)
    capture = opened.capture()  # loading closes some files
    loaded = opened.load(long_side)
    limits.check_pixels(*loaded.pixels.size)  # the decoded HEIF may exceed the size in the header
    exif_orientation = opened.exif_orientation or opened.turn()
    turn = 1 if opened.upright else exif_orientation
    small, notes = _srgb(loaded, turn, long_side)
    facts = _facts(opened, known, exif_orientation, opened.size or upright_size(opened.stored, turn), notes)
    return Decoded(np.array(small), facts.model_copy(update={"capture": capture}))


def _srgb(loaded: Loaded, turn: int, long_side: int) -> tuple[Pixels, tuple[str, ...]]:
    """The loaded pixels, upright, reduced, in sRGB, and all notes."""
    if isinstance(loaded.pixels, DeepImage):
        target = reduced_size(upright_size(loaded.pixels.size, turn), long_side)
        values = reduce_deep(loaded.pixels, turn, target)
        if loaded.is_lab:
            return deep_lab_to_srgb(values, loaded.pixels.white), loaded.notes
        pixels, notes = deep_to_srgb(values, loaded.colour)
    else:
        pixels, notes = to_srgb(reduce_upright(loaded.pixels, turn, long_side), loaded.colour)
    return pixels, loaded.notes + notes


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
        damaged=DAMAGED in notes,
    )


def _refuse(error: Exception, known: Format, data: bytes) -> Never:
    if isinstance(error, Image.DecompressionBombError):  # Pillow's limit: a tile larger than the image
        raise PhotoTooManyPixels from error
    if isinstance(error, MemoryError):
        raise PhotoTooComplex("Decoding the photo takes more memory than the limit.") from error
    if known.reader in ("heif", "avif") and (reason := reason_of_refusal(data)):
        raise reason from error
    raise PhotoCorrupt(f"The file begins like {known.name.upper()}, but is damaged or cut short.") from error
