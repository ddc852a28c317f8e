"""JPEG: scans and components. A decoder visits every block of the picture in every scan, however few bytes it has.

Source: ITU-T T.81, annex B.
"""

import re
import struct

from critic_core.contracts.errors import PhotoTooComplex

MAX_SCANS = 100
"""Encoders write 1 to 20."""
MAX_SCAN_PIXELS = 20
"""Scans × pixels, as a multiple of the limit of pixels."""
MAX_COMPONENTS = 4
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
"""Restart markers, fill bytes, and stuffed bytes of the entropy-coded data are no markers here."""
_END, _SCAN = 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check(data: bytes, max_pixels: int) -> None:
    """Raises PhotoTooComplex."""
    check_scan_pixels(scan_pixels(data, max_pixels), max_pixels)


def check_scan_pixels(count: int, max_pixels: int) -> None:
    """Raises PhotoTooComplex."""
    if count > MAX_SCAN_PIXELS * max_pixels:
        raise PhotoTooComplex(f"The JPEG's scans visit {count} pixels; at most {MAX_SCAN_PIXELS * max_pixels} are.")


def scan_pixels(data: bytes, max_pixels: int) -> int:
    """Pixels × scans of a JPEG, whose own pixels count up to their limit, which is checked elsewhere.

    Raises PhotoTooComplex for too many scans or components.
    """
    scans = pixels = at = 0
    while scans <= MAX_SCANS and (found := _MARKER.search(data, at)):
        marker, at = data[found.end() - 1], found.end()
        if marker == _END:
            break
        if marker == 0xD8:
            continue
        if marker in _FRAMES:
            pixels = max(pixels, _frame_pixels(data, at))
        scans += marker == _SCAN
        at += int.from_bytes(data[at : at + 2], "big")
    if scans > MAX_SCANS:
        raise PhotoTooComplex(f"The JPEG has more than {MAX_SCANS} scans.")
    return scans * min(pixels, max_pixels)


def _frame_pixels(data: bytes, at: int) -> int:
    if at + 8 > len(data):
        return 0
    height, width, components = struct.unpack_from(">HHB", data, at + 3)
    if components > MAX_COMPONENTS:
        raise PhotoTooComplex(f"The JPEG has {components} components; at most {MAX_COMPONENTS} are decoded.")
    return int(width * height)
