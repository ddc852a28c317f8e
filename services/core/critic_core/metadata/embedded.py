"""XMP and EXIF inside a photo file, whatever its format: by the segments of a JPEG, else by their marks.

Sources: XMP Specification Part 3 (2020); Exif 3.0, 4.7; ISO/IEC 23008-12 (HEIF), annex A; PNG third edition, 11.3.4.
"""

import re
import struct
from collections.abc import Iterator, Sequence

from critic_core.metadata.tiff import Bytes, read_tags

_XMP_OF_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_OF_JPEG = b"Exif\0\0"
_PACKETS = ((b"<x:xmpmeta", b"</x:xmpmeta>"), (b"<x:xapmeta", b"</x:xapmeta>"), (b"<rdf:RDF", b"</rdf:RDF>"))
_XMP_TAG = 700
_EXIF_MARKS = (_EXIF_OF_JPEG, b"eXIf", b"EXIF", b"CMT1")  # HEIF, PNG, WebP, CR3
_TIFF_START = rb"(?:|.{4}|.{10})(II|MM)"  # at once, after the length of a RIFF chunk, and after another mark there
_EXIF_PATTERNS = tuple(re.compile(mark + _TIFF_START, re.DOTALL) for mark in _EXIF_MARKS)
_CR3, _CR3_EXPOSURE = b"ftypcrx ", (re.compile(rb"CMT2(II|MM)"),)
_MAX_EXIF = 1 << 20


def xmp_packet(data: Bytes) -> bytes | None:
    """The XMP of the photo; None without one."""
    if data[:3] == b"\xff\xd8\xff":
        found = (body for body in _segments(data) if body.startswith(_XMP_OF_JPEG))
        return next((body[len(_XMP_OF_JPEG) :] for body in found), None)
    tag = read_tags(data).get(_XMP_TAG) if data[:2] in (b"II", b"MM") else None
    return tag if isinstance(tag, bytes) else _search_packet(data)


def exif_block(data: Bytes) -> Bytes | None:
    """The EXIF of the photo, from its TIFF header on; None without any. A RAW file with a TIFF header is its own."""
    if data[:3] == b"\xff\xd8\xff":
        found = (body for body in _segments(data) if body.startswith(_EXIF_OF_JPEG))
        return next((body[len(_EXIF_OF_JPEG) :] for body in found), None)
    if data[:2] in (b"II", b"MM"):
        return data
    if data[:15] == b"FUJIFILMCCD-RAW" and len(data) > 92:
        start, length = struct.unpack(">II", data[84:92])
        preview = data[start : start + min(length, _MAX_EXIF)]
        return exif_block(preview) if preview[:3] == b"\xff\xd8\xff" else None
    return _search_exif(data)


def exposure_block(data: Bytes) -> Bytes | None:
    """The EXIF with the facts of the exposure; None without any. CR3 has a block of its own for them."""
    return _search_exif(data, _CR3_EXPOSURE) if data[4:12] == _CR3 else exif_block(data)


def _segments(data: Bytes) -> Iterator[bytes]:
    """The bodies of APP1 before the pixels."""
    at = 2
    while data[at : at + 1] == b"\xff" and len(data) >= at + 4:
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == 0xDA:
            return
        if marker == 0xE1:
            yield bytes(data[at + 4 : at + 2 + size])
        at += 2 + size


def _search_packet(data: Bytes) -> bytes | None:
    for begin, end in _PACKETS:
        start = data.find(begin)
        stop = data.find(end, start) if start >= 0 else -1
        if stop >= 0:
            return bytes(data[start : stop + len(end)])
    return None


def _search_exif(data: Bytes, patterns: Sequence[re.Pattern[bytes]] = _EXIF_PATTERNS) -> bytes | None:
    found = next(filter(None, (pattern.search(data) for pattern in patterns)), None)
    return bytes(data[found.start(1) : found.start(1) + _MAX_EXIF]) if found else None
