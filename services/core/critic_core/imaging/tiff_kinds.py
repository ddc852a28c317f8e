"""Distinction of TIFF and the camera RAW formats with a TIFF header. Pure standard library.

These RAW files have a small preview in the first directory (NewSubfileType 1) and the sensor data in sub-directories.
A TIFF exported from a RAW photo has the same Make, but neither of the two.

Sources: TIFF 6.0; DNG 1.7 (DNGVersion, tag 50706); ExifTool's tag tables for CR2, NEF and ARW.
"""

import struct
from collections.abc import Iterator

_SUBFILE_TYPE, _COLOURS, _MAKE, _SUB_IFDS, _DNG_VERSION = 254, 262, 271, 330, 50706
_CFA = 32803
_MAKERS = {
    "NIKON": "nef", "SONY": "arw", "PENTAX": "pef", "RICOH": "pef", "SAMSUNG": "srw", "HASSELBLAD": "3fr",
    "SEIKO EPSON": "erf", "MAMIYA": "mef", "LEAF": "mos", "PHASE ONE": "iiq", "EASTMAN KODAK": "dcr", "KODAK": "dcr",
}  # fmt: skip
_MAX_TAGS = 512
_ORDERS = {b"II": "<", b"MM": ">"}


def kind(head: bytes) -> str | None:
    """`tiff`, or the format of a camera (`cr2`, `dng`, a value of `_MAKERS`); None without a TIFF header."""
    order = _ORDERS.get(head[:2])
    if order is None or len(head) < 8:
        return None
    version = struct.unpack_from(order + "H", head, 2)[0]
    if version == 43:  # BigTIFF: DNG alone among cameras
        return "dng" if _DNG_VERSION in dict(_big_directory(head, order)) else "tiff"
    if version != 42:
        return None
    return _classic(head, order)


def _classic(head: bytes, order: str) -> str:
    if head[8:10] == b"CR":
        return "cr2"
    tags = dict(_first_directory(head, order))
    if _DNG_VERSION in tags:
        return "dng"
    make = _text(head, order, tags.get(_MAKE)).upper()
    maker = next((name for name in _MAKERS if make.startswith(name)), "")
    return _MAKERS[maker] if maker and _is_sensor(tags, order) else "tiff"


def _is_sensor(tags: dict[int, bytes], order: str) -> bool:
    """A small preview with sub-directories, or the sensor's data themselves."""
    subfile_type = struct.unpack_from(order + "L", tags.get(_SUBFILE_TYPE, bytes(12)), 8)[0]
    colours = struct.unpack_from(order + "H", tags.get(_COLOURS, bytes(12)), 8)[0]
    return colours == _CFA or (_SUB_IFDS in tags and subfile_type & 1 == 1)


def _big_directory(head: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """(tag, 20-byte entry) of the first directory of a BigTIFF."""
    if len(head) < 16:
        return
    start = struct.unpack_from(order + "Q", head, 8)[0]
    if start + 8 > len(head):
        return
    count = min(struct.unpack_from(order + "Q", head, start)[0], _MAX_TAGS)
    for at in range(start + 8, min(start + 8 + 20 * count, len(head) - 19), 20):
        yield struct.unpack_from(order + "H", head, at)[0], head[at : at + 20]


def _first_directory(head: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """(tag, 12-byte entry) of the first directory, up to the end of `head`."""
    start = struct.unpack_from(order + "L", head, 4)[0]
    if start + 2 > len(head):
        return
    count = min(struct.unpack_from(order + "H", head, start)[0], _MAX_TAGS)
    for at in range(start + 2, min(start + 2 + 12 * count, len(head) - 11), 12):
        yield struct.unpack_from(order + "H", head, at)[0], head[at : at + 12]


def _text(head: bytes, order: str, entry: bytes | None) -> str:
    if entry is None:
        return ""
    length, offset = struct.unpack_from(order + "LL", entry, 4)
    value = entry[8:12] if length <= 4 else head[offset : offset + min(length, 64)]
    return value.decode("ascii", "replace")
