"""Tags of a TIFF structure, as in EXIF: the first directory and the EXIF directory. Source: TIFF 6.0; Exif 3.0, 4.6."""

import struct
from collections.abc import Iterator, Mapping
from mmap import mmap

EXIF_DIRECTORY = 0x8769
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 13: 4}
ORDERS = {b"II": "<", b"MM": ">"}
"""Of `struct`, by the first two bytes."""
_MAX_TAGS, _MAX_BYTES = 512, 1 << 24
_LETTERS = {1: "B", 3: "H", 4: "L", 13: "L"}

Bytes = bytes | mmap
"""A file, or a part of one: a memory map slices and searches alike."""
Tags = Mapping[int, int | bytes]
"""The first number, or bytes for text and undefined values; rationals are left out."""


def read_tags(data: Bytes) -> Tags:
    """Tags of the first directory and of the EXIF directory; none for malformed bytes. Any magic number is accepted
    (RAW files have their own).
    """
    order = ORDERS.get(bytes(data[:2]))
    if order is None:
        return {}
    try:
        first = dict(_directory(data, order, struct.unpack_from(order + "L", data, 4)[0]))
        link = first.get(EXIF_DIRECTORY)
        return {**(dict(_directory(data, order, link)) if isinstance(link, int) else {}), **first}
    except struct.error:
        return {}


def _directory(data: Bytes, order: str, start: int) -> Iterator[tuple[int, int | bytes]]:
    count = min(struct.unpack_from(order + "H", data, start)[0], _MAX_TAGS)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(order + "HHL", data, at)
        size = values * _SIZES.get(kind, _MAX_BYTES)
        if not 0 < size < _MAX_BYTES:
            continue
        begin = at + 8 if size <= 4 else struct.unpack_from(order + "L", data, at + 8)[0]
        if letter := _LETTERS.get(kind) if kind != 1 or values == 1 else None:
            yield tag, struct.unpack_from(order + letter, data, begin)[0]
        elif kind not in _LETTERS or kind == 1:
            yield tag, bytes(data[begin : begin + size])
