"""HEIF and AVIF: items and tiles. A tile counts as often as the picture refers to it, with its own size.

Source: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (items, `ispe`, `grid`).
"""

import struct
from collections.abc import Iterator, Sequence

from critic_core.contracts.errors import PhotoTooComplex

MAX_ITEMS = 1_000
MAX_TILES = 4_096
MAX_TILE_PIXELS = 4
"""Pixels of all tiles together, as a multiple of the limit of pixels."""
_MAX_BOXES = 20_000

Box = tuple[bytes, int, int]
"""Name, start and end of the content."""


def check(data: bytes, max_pixels: int) -> None:
    """Raises PhotoTooComplex."""
    meta = next((box for box in boxes(data, 0, len(data)) if box[0] == b"meta"), None)
    if meta is None:
        return
    inner = list(boxes(data, meta[1] + 4, meta[2]))
    for _, start, end in named(inner, b"iinf"):
        _check_items(_item_count(data, start, end))
    tiles = [tile for _, start, end in named(inner, b"iref") for tile in _tiles(data, start, end)]
    if len(tiles) > MAX_TILES:
        raise PhotoTooComplex(f"The photo has more than {MAX_TILES} tiles.")
    areas = _areas(data, named(inner, b"iprp"))
    pixels = sum(areas.get(tile, 0) for tile in tiles)
    if pixels > MAX_TILE_PIXELS * max_pixels:
        raise PhotoTooComplex(f"The photo's tiles have {pixels} pixels; at most {MAX_TILE_PIXELS * max_pixels} are.")


def _check_items(count: int) -> None:
    if count > MAX_ITEMS:
        raise PhotoTooComplex(f"The photo has {count} items; at most {MAX_ITEMS} are read.")


def named(found: Sequence[Box], name: bytes) -> list[Box]:
    """The boxes of a name."""
    return [box for box in found if box[0] == name]


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places. Raises PhotoTooComplex for too many."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        header = 16 if size == 1 else 8
        size = int.from_bytes(data[start + 8 : start + 16], "big") if size == 1 else size or end - start
        if size < header:
            return
        yield name, start + header, min(start + size, end)
        start += size
    raise PhotoTooComplex(f"The photo has more than {_MAX_BOXES} boxes.")


def _item_count(data: bytes, start: int, end: int) -> int:
    width = 2 if data[start : start + 1] == b"\0" else 4
    return int.from_bytes(data[start + 4 : min(start + 4 + width, end)], "big")


def _tiles(data: bytes, start: int, end: int) -> Iterator[int]:
    """Items that derived pictures are made of, as often as they are."""
    width = 2 if data[start : start + 1] == b"\0" else 4
    found = 0
    for name, at, stop in boxes(data, start + 4, end):
        count = int.from_bytes(data[at + width : at + width + 2], "big")
        if name != b"dimg":
            continue
        for item in range(at + width + 2, min(at + width + 2 + width * count, stop), width):
            yield int.from_bytes(data[item : item + width], "big")
            found += 1
            if found > MAX_TILES:
                return


def _areas(data: bytes, containers: Sequence[Box]) -> dict[int, int]:
    """Pixels by item, the largest where several sizes belong to it."""
    inner = [box for _, start, end in containers for box in boxes(data, start, end)]
    properties = [box for _, start, end in named(inner, b"ipco") for box in boxes(data, start, end)]
    sizes = dict(enumerate((_area(data, at) if name == b"ispe" else 0 for name, at, _ in properties), start=1))
    areas: dict[int, int] = {}
    for _, start, end in named(inner, b"ipma"):
        for item, indices in associations(data, start, end):
            areas[item] = max([areas.get(item, 0), *(sizes.get(index, 0) for index in indices)])
    return areas


def _area(data: bytes, at: int) -> int:
    if at + 12 > len(data):
        return 0
    width, height = struct.unpack_from(">LL", data, at + 4)
    return int(width * height)


def associations(data: bytes, at: int, end: int) -> Iterator[tuple[int, list[int]]]:
    """Indices of properties by item. Raises PhotoTooComplex for too many items."""
    item_bytes = 2 if data[at : at + 1] == b"\0" else 4
    index_bytes = 2 if any(data[at + 3 : at + 4]) and data[at + 3] & 1 else 1
    count, at = int.from_bytes(data[at + 4 : at + 8], "big"), at + 8
    _check_items(count)
    for _ in range(count):
        if at + item_bytes >= end:
            return
        item, indices = int.from_bytes(data[at : at + item_bytes], "big"), data[at + item_bytes]
        at += item_bytes + 1
        yield item, [_index(data, at + number * index_bytes, index_bytes) for number in range(indices)]
        at += indices * index_bytes


def _index(data: bytes, at: int, size: int) -> int:
    """Without the first bit, which says that the property is essential."""
    return int.from_bytes(data[at : at + size], "big") & (0x7FFF if size == 2 else 0x7F)
