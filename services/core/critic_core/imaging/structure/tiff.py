"""TIFF: tiles and strips. A decoder unpacks a tile or strip as a whole, whatever part of it lies in the picture.

Source: TIFF 6.0; BigTIFF has 8-byte offsets and counts.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from critic_core.contracts.errors import PhotoTooComplex
from critic_core.imaging.structure import jpeg

MAX_BLOCK_BYTES = 256_000_000
"""One tile or strip, unpacked."""
MAX_BLOCKS = 100_000
MAX_TAGS = 1_000
MAX_SAMPLES = 8
MAX_SAMPLE_BITS = 64
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOURS = 256, 257, 258, 259, 262
_SAMPLES, _STRIP_ROWS, _PLANES, _TILE_WIDTH, _TILE_HEIGHT, _OLD_JPEG = 277, 278, 284, 322, 323, 513
_OFFSETS, _COUNTS = (273, 324), (279, 325)
_NUMBERS = {
    _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOURS, _SAMPLES, _STRIP_ROWS, _PLANES, _TILE_WIDTH, _TILE_HEIGHT,
    _OLD_JPEG, *_OFFSETS, *_COUNTS,
}  # fmt: skip
_SIZES = {1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of the integer types."""
_LETTERS = {1: "B", 2: "H", 4: "L", 8: "Q"}
_UNPACKED, _JPEG_OF_TIFF_6, _JPEG = 1, 6, 7
_YCBCR = 6

Tags = Mapping[int, Sequence[int]]
"""Integers by tag; those of a repeated tag one after the other, since parsers differ in which they take."""


@dataclass(frozen=True)
class _Layout:
    """Byte order, and the struct letters of counts and offsets."""

    order: str
    count: str
    link: str

    def number(self, data: bytes, at: int, kind: str) -> int:
        """0 when the number lies outside the file."""
        layout = self.order + kind
        return int(struct.unpack_from(layout, data, at)[0]) if 0 <= at <= len(data) - struct.calcsize(layout) else 0


def check(data: bytes, max_pixels: int, directory: int | None = None) -> None:
    """Raises PhotoTooComplex. `directory`: the place of the photo's directory, by default the first."""
    tags = _tags(data, directory)
    _check_samples(tags)
    blocks = max((len(tags[tag]) for tag in _OFFSETS if tag in tags), default=0)
    if blocks > MAX_BLOCKS:
        raise PhotoTooComplex(f"The TIFF has {blocks} tiles or strips; at most {MAX_BLOCKS} are decoded.")
    if set(tags.get(_COMPRESSION, ())) <= {_UNPACKED}:  # read by rows
        return
    size = _block_pixels(tags) * _pixel_bits(tags) // 8
    if size > MAX_BLOCK_BYTES:
        raise PhotoTooComplex(f"A tile or strip of the TIFF takes {size} bytes; at most {MAX_BLOCK_BYTES} are decoded.")
    _check_jpegs(data, tags, max_pixels)


def _check_samples(tags: Tags) -> None:
    if max(tags.get(_SAMPLES, (1,)), default=1) > MAX_SAMPLES or len(tags.get(_BITS, ())) > 2 * MAX_SAMPLES:
        raise PhotoTooComplex(f"The TIFF has more than {MAX_SAMPLES} samples a pixel.")
    if max(tags.get(_BITS, (1,)), default=1) > MAX_SAMPLE_BITS:
        raise PhotoTooComplex(f"The TIFF has samples of more than {MAX_SAMPLE_BITS} bits.")


def _block_pixels(tags: Tags) -> int:
    """Pixels of the largest tile or strip."""
    height = _most(tags, _HEIGHT, 0)
    strip = _most(tags, _WIDTH, 0) * min(height, _most(tags, _STRIP_ROWS, height) or height)
    tile = _most(tags, _TILE_WIDTH, 0) * _most(tags, _TILE_HEIGHT, 0)
    return tile or strip


def _pixel_bits(tags: Tags) -> int:
    samples = 1 if set(tags.get(_PLANES, ())) == {2} else _most(tags, _SAMPLES, 1)
    bits = samples * _most(tags, _BITS, 1)
    return max(bits, 32) if _YCBCR in tags.get(_COLOURS, ()) else bits  # unpacked as RGBA


def _check_jpegs(data: bytes, tags: Tags, max_pixels: int) -> None:
    """Tiles and strips may be JPEGs with scans of their own."""
    compressions = tags.get(_COMPRESSION, ())
    if _JPEG_OF_TIFF_6 in compressions:
        jpeg.check(data[_most(tags, _OLD_JPEG, 0) :], max_pixels)
    if _JPEG not in compressions:
        return
    offsets, counts = ([number for tag in kinds for number in tags.get(tag, ())] for kinds in (_OFFSETS, _COUNTS))
    if sum(counts) > 2 * len(data):
        raise PhotoTooComplex("The tiles or strips of the TIFF have more bytes than the file.")
    blocks = zip(offsets, counts, strict=False)
    jpeg.check_scan_pixels(sum(jpeg.scan_pixels(data[at : at + size], max_pixels) for at, size in blocks), max_pixels)


def _most(tags: Tags, tag: int, default: int) -> int:
    return max(tags.get(tag, ()), default=default)


def _tags(data: bytes, directory: int | None) -> Tags:
    """The integers of a directory, by default the first. Raises PhotoTooComplex for too many tags."""
    order = "<" if data[:2] == b"II" else ">"
    big = _Layout(order, "H", "L").number(data, 2, "H") == 43
    layout = _Layout(order, "Q", "Q") if big else _Layout(order, "H", "L")
    tags: defaultdict[int, list[int]] = defaultdict(list)
    first = layout.number(data, 8 if big else 4, layout.link)
    for tag, at in _entries(data, layout, first if directory is None else directory):
        if tag in _NUMBERS and len(tags[tag]) <= MAX_BLOCKS:
            tags[tag] += _integers(data, layout, at)
    return tags


def _entries(data: bytes, layout: _Layout, directory: int) -> Iterator[tuple[int, int]]:
    """Tags and where their entries begin."""
    count = layout.number(data, directory, layout.count)
    if count > MAX_TAGS:
        raise PhotoTooComplex(f"The TIFF has {count} tags; at most {MAX_TAGS} are read.")
    entry = 12 if layout.link == "L" else 20
    first = directory + struct.calcsize("<" + layout.count)
    for at in range(first, first + entry * count, entry):
        yield layout.number(data, at, "H"), at


def _integers(data: bytes, layout: _Layout, at: int) -> tuple[int, ...]:
    size = _SIZES.get(layout.number(data, at + 2, "H"), 0)
    count, inline = layout.number(data, at + 4, layout.link), struct.calcsize("<" + layout.link)
    if not size or not count:
        return ()
    values = at + 4 + inline
    if size * count > inline:
        values = layout.number(data, values, layout.link)
    count = min(count, MAX_BLOCKS + 1, max(0, len(data) - values) // size)
    return struct.unpack_from(f"{layout.order}{count}{_LETTERS[size]}", data, values)
