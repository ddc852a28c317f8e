"""The photo of a TIFF: which directory it is, and the pixels that Pillow refuses or reads wrongly, by tifffile.

Sources: TIFF 6.0; Adobe Photoshop TIFF Technical Notes (float, SubIFDs); tifffile decodes strip by strip.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import TiffPage

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging.code_points import LINEAR, CodePoints
from critic_core.imaging.deep import DeepImage

_MAX_DIRECTORIES = 32
_REDUCED, _MASK = 1, 4  # NewSubfileType
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _CIELAB, _ICCLAB = 0, 1, 2, 3, 5, 6, 8, 9
_CHANNELS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _CMYK: 4, _CIELAB: 3, _ICCLAB: 3}
_UNREAD_COLOURS = {
    4: "a transparency mask", 10: "ITU L*a*b*", 32844: "LogL", 32845: "LogLuv",
}  # fmt: skip
_SENSOR = (32803, 34892)
_PILLOW_COMPRESSIONS = {1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32946}
_UNSIGNED, _SIGNED, _FLOAT, _UNDEFINED = 1, 2, 3, 4
_ASSOCIATED, _UNASSOCIATED = 1, 2
_JPEGS = (6, 7)


def photo_page(data: bytes) -> TiffPage:
    """The first directory in full resolution, sub-directories included. Raises PhotoCorrupt."""
    try:
        first = tifffile.TiffFile(BytesIO(data)).pages.first
        return next((page for page in _pages(first) if not int(page.subfiletype) & (_REDUCED | _MASK)), first)
    except (tifffile.TiffFileError, IndexError) as error:
        raise PhotoCorrupt("The TIFF is damaged or cut short: it has no readable directory.") from error


def _pages(first: TiffPage) -> list[TiffPage]:
    """The first directory, its sub-directories, then the following ones."""
    if not int(first.subfiletype) & (_REDUCED | _MASK):
        return [first]
    below = list(first.pages or ())[:_MAX_DIRECTORIES]
    behind = list(first.parent.pages[1:_MAX_DIRECTORIES])
    return [first, *(page for page in (*below, *behind) if isinstance(page, TiffPage))]


def is_tiff(data: bytes) -> bool:
    """True for the header of a TIFF or BigTIFF."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def is_sensor(page: TiffPage) -> bool:
    """True for a camera's RAW data."""
    return int(page.photometric) in _SENSOR


def is_plain(page: TiffPage) -> bool:
    """True for what Pillow reads as the tags say: the first directory, with at most 8 unsigned bits a sample."""
    bits = page.bitspersample if isinstance(page.bitspersample, tuple) else (page.bitspersample,)
    return (
        page.offset == page.parent.pages.first.offset
        and max(bits) <= 8
        and int(page.compression) in _PILLOW_COMPRESSIONS
        and int(page.photometric) not in _UNREAD_COLOURS
        and _format(page) in (_UNSIGNED, _UNDEFINED)
        and not _is_subsampled(page)
    )


def check_readable(page: TiffPage) -> None:
    """Raises PhotoUnsupported, with what the photo is."""
    colours, sample = int(page.photometric), _format(page)
    if colours in _UNREAD_COLOURS:
        raise PhotoUnsupported(f"The TIFF holds {_UNREAD_COLOURS[colours]}, which is not read.")
    if sample not in (_UNSIGNED, _FLOAT, _UNDEFINED):
        name = "signed" if sample == _SIGNED else "complex"
        raise PhotoUnsupported(f"The TIFF has {name} numbers as samples, which have no agreed white.")
    if colours not in _CHANNELS and not (colours == _YCBCR and int(page.compression) in _JPEGS):
        raise PhotoUnsupported(f"The TIFF's colours (photometric interpretation {colours}) are not read in this depth.")


def read_deep(page: TiffPage) -> DeepImage:
    """The pixels, decoded a strip or tile at a time. Raises PhotoUnsupported and PhotoCorrupt."""
    check_readable(page)
    colours = _CHANNELS.get(int(page.photometric), 3)
    alpha = _alpha(page)
    channels = colours + (alpha is not None)
    values = np.zeros((page.imagelength, page.imagewidth, channels), _stored_type(page))
    for segment, (sample, _, top, left, _), _ in _segments(page):
        if segment is not None and sample < channels:
            _paste(values, segment[0], sample, top, left)
    white = _white(page)
    return DeepImage(_with_black_at_zero(values, page, white), white, alpha is not None, alpha == _ASSOCIATED)


def is_lab(page: TiffPage) -> bool:
    """True for L*a*b* photos."""
    return int(page.photometric) in (_CIELAB, _ICCLAB)


def implied_colour(page: TiffPage) -> CodePoints | None:
    """Colour without a profile: float photos hold linear light."""
    return LINEAR if _format(page) == _FLOAT else None


def profile_of(page: TiffPage) -> bytes | None:
    """The embedded ICC profile."""
    tag = page.tags.get(34675)
    return bytes(tag.value) if tag is not None else None


def _segments(page: TiffPage) -> Iterator[tuple[Any, tuple[int, ...], tuple[int, ...]]]:
    try:
        yield from page.segments(maxworkers=1)
    except (PhotoUnsupported, MemoryError):
        raise
    except (ValueError, NotImplementedError, ImportError, KeyError) as error:
        if "not supported" in str(error) or isinstance(error, NotImplementedError | ImportError | KeyError):
            raise PhotoUnsupported(f"The TIFF's compression ({int(page.compression)}) is not read.") from error
        raise


def _paste(values: npt.NDArray[Any], segment: npt.NDArray[Any], sample: int, top: int, left: int) -> None:
    rows, columns = min(segment.shape[0], values.shape[0] - top), min(segment.shape[1], values.shape[1] - left)
    count = min(segment.shape[2], values.shape[2] - sample)
    part = segment[:rows, :columns, :count]
    if part.dtype in (np.uint32, np.uint64):
        part = part >> (8 * part.dtype.itemsize - 16)
    values[top : top + rows, left : left + columns, sample : sample + count] = part


def _stored_type(page: TiffPage) -> type[np.generic]:
    if _format(page) == _FLOAT:
        return np.float16 if page.dtype == np.float16 else np.float32
    return np.uint8 if page.dtype == np.uint8 else np.uint16


def _white(page: TiffPage) -> float:
    """The value of white: all bits of an integer, of which 16 at most remain; 1 of a float."""
    if _format(page) == _FLOAT:
        return 1.0
    bits = page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)
    return float(2 ** min(bits, 16) - 1)


def _with_black_at_zero(values: npt.NDArray[Any], page: TiffPage, white: float) -> npt.NDArray[Any]:
    """White is the largest value, and the signed colours of CIELab count from the smallest."""
    if int(page.photometric) == _WHITE_IS_ZERO:
        values[..., 0] = values.dtype.type(white) - values[..., 0]
    if int(page.photometric) == _CIELAB:
        values[..., 1:3] ^= values.dtype.type(1 << (8 * values.dtype.itemsize - 1))
    return values


def _alpha(page: TiffPage) -> int | None:
    """The kind of the first extra sample, if it is opacity."""
    kind = int(page.extrasamples[0]) if page.extrasamples else 0
    return kind if kind in (_ASSOCIATED, _UNASSOCIATED) else None


def _format(page: TiffPage) -> int:
    value = page.sampleformat
    return int(value[0] if isinstance(value, tuple) else value)


def _is_subsampled(page: TiffPage) -> bool:
    """True for colour differences of fewer pixels outside of JPEG, which Pillow takes for one each pixel."""
    if int(page.photometric) != _YCBCR or int(page.compression) in _JPEGS:
        return False
    tag = page.tags.get(530)
    return tag is None or tuple(tag.value) != (1, 1)
