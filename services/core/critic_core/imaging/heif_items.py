"""The main picture of a HEIF or AVIF: its kind, its colour, its crop, and why a decoder may refuse it.

Sources: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (items), ISO/IEC 23000-22 (MIAF: the crop precedes turns), AV1 Codec
ISO Media File Format Binding (`av1C`).
"""

import struct
from collections.abc import Sequence

from critic_core.contracts.errors import PhotoCorrupt, PhotoError, PhotoUnsupported
from critic_core.imaging.code_points import CodePoints, from_h273
from critic_core.imaging.structure.boxes import Box, associations, boxes, named

_MORE_THAN_EIGHT_BITS, _TWELVE_BITS = 0x40, 0x20
_UNSPECIFIED = (2, 2)
_READ_KINDS = (b"hvc1", b"av01", b"grid", b"iovl")
_KINDS = {
    b"lhv1": "layered HEVC", b"avc1": "H.264", b"jpeg": "JPEG", b"j2k1": "JPEG 2000", b"vvc1": "H.266",
    b"evc1": "EVC", b"unci": "uncompressed pixels", b"mski": "a mask", b"iden": "a version of another",
}  # fmt: skip


def colour_of_main(data: bytes) -> CodePoints | None:
    """The colour by `nclx`; None without, or if it says nothing."""
    for start, end in _properties(data, b"colr"):
        if data[start : start + 4] == b"nclx" and end - start >= 8:
            codes = struct.unpack_from(">HH", data, start + 4)
            return None if codes == _UNSPECIFIED else from_h273(*codes)
    return None


def crop_of_main(data: bytes, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of the clean aperture (`clap`) within `size`, before turns; None without."""
    for start, end in _properties(data, b"clap"):
        if end - start >= 32:
            return _aperture(struct.unpack_from(">IIIIiIiI", data, start), size)
    return None


def bits_of_main(data: bytes) -> int:
    """Bits a channel, by `pixi` or by the configuration of the AV1 decoder."""
    for start, end in _properties(data, b"pixi"):
        if end - start >= 6:
            return data[start + 5]
    flags = next((data[start + 2] for start, end in _properties(data, b"av1C") if end - start >= 3), 0)
    return 12 if flags & _TWELVE_BITS else 10 if flags & _MORE_THAN_EIGHT_BITS else 8


def reason_of_refusal(data: bytes) -> PhotoError | None:
    """Why a decoder refused the file, where its structure says so."""
    meta = _meta(data)
    if meta is None:
        if any(name == b"moov" for name, _, _ in boxes(data, 0, len(data))):
            return PhotoUnsupported("The file is an image sequence (a film) without a still picture.")
        return None
    if _has_twin_associations(data, meta):
        return PhotoCorrupt("The file breaks a rule of HEIF: two `ipma` boxes of the same version and flags.")
    kind = _kind(data, meta, _main(data, meta))
    if kind is None or kind in _READ_KINDS:
        return None
    name = _KINDS.get(kind, f"items of type {kind.decode('latin-1')!r}")
    return PhotoUnsupported(f"The main picture of the file is coded as {name}, which is not read.")


def _aperture(box: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    if 0 in (box[1], box[3], box[5], box[7]):
        return None
    width, height = box[0] / box[1], box[2] / box[3]
    left = round((size[0] - width) / 2 + box[4] / box[5])
    top = round((size[1] - height) / 2 + box[6] / box[7])
    right, bottom = left + round(width), top + round(height)
    fits = 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    return (left, top, right, bottom) if fits else None


def _meta(data: bytes) -> list[Box] | None:
    meta = next((box for box in boxes(data, 0, len(data)) if box[0] == b"meta"), None)
    return None if meta is None else list(boxes(data, meta[1] + 4, meta[2]))


def _main(data: bytes, meta: Sequence[Box]) -> int:
    for _, start, end in named(meta, b"pitm"):
        return int.from_bytes(data[start + 4 : min(end, start + (6 if data[start] == 0 else 8))], "big")
    return 0


def _kind(data: bytes, meta: Sequence[Box], item: int) -> bytes | None:
    for _, start, end in named(meta, b"iinf"):
        entries = start + (6 if data[start] == 0 else 8)
        for name, at, _ in boxes(data, entries, end):
            width = 4 if data[at] >= 3 else 2
            if name == b"infe" and int.from_bytes(data[at + 4 : at + 4 + width], "big") == item:
                return data[at + 6 + width : at + 10 + width]
    return None


def _properties(data: bytes, name: bytes) -> list[tuple[int, int]]:
    """Start and end of the main picture's properties of a name."""
    meta = _meta(data) or []
    inner = [box for _, start, end in named(meta, b"iprp") for box in boxes(data, start, end)]
    container = [box for _, start, end in named(inner, b"ipco") for box in boxes(data, start, end)]
    main = _main(data, meta)
    pairs = (pair for _, start, end in named(inner, b"ipma") for pair in associations(data, start, end))
    indices = [index for item, found in pairs if item == main for index in found]
    found = [container[index - 1] for index in indices if 0 < index <= len(container)]
    return [(start, end) for _, start, end in named(found, name)]


def _has_twin_associations(data: bytes, meta: Sequence[Box]) -> bool:
    inner = [box for _, start, end in named(meta, b"iprp") for box in boxes(data, start, end)]
    heads = [data[start : start + 4] for _, start, _ in named(inner, b"ipma")]
    return len(set(heads)) < len(heads)
