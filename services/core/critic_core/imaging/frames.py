"""Number of images in a file, from the file structure: without decoding, and bounded.

Pillow's `n_frames` builds an object for every frame: minutes for a GIF of a million tiny frames.
"""

import struct

MOST = 10_000
"""The maximum count."""


def count_gif(data: bytes) -> int:
    """Image descriptors of a GIF. Source: GIF89a specification."""
    at = 13 + _colour_table(data, 10)
    frames = 0
    while at < len(data) and frames < MOST:
        if data[at] == 0x2C:
            frames += 1
            at = _after_blocks(data, at + 10 + _colour_table(data, at + 9) + 1)
        elif data[at] == 0x21:
            at = _after_blocks(data, at + 2)
        else:
            break
    return max(1, frames)


def count_tiff(data: bytes) -> int:
    """Directories of a TIFF (its pages). Source: TIFF 6.0; BigTIFF has 8-byte offsets and counts."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    start, count, entry, link = (8, "Q", 20, "Q") if big else (4, "H", 12, "L")
    offsets: set[int] = set()
    at = _number(data, order + link, start)
    while at and at not in offsets and len(offsets) < MOST:
        offsets.add(at)
        after = at + struct.calcsize(order + count) + entry * _number(data, order + count, at)
        at = _number(data, order + link, after)
    return max(1, len(offsets))


def _colour_table(data: bytes, flags_at: int) -> int:
    flags = data[flags_at] if flags_at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _number(data: bytes, kind: str, at: int) -> int:
    """The number at an offset; 0, the end of a chain, outside the file."""
    if at + struct.calcsize(kind) > len(data):
        return 0
    return int(struct.unpack_from(kind, data, at)[0])
