"""Colour that a file describes without an ICC profile.

Sources: W3C PNG (Third Edition) 11.3.2 (cICP before iCCP, sRGB, gAMA and cHRM), CIPA DC-008 (Exif 3.0) annex, DCF 2.0
(interoperability index R03: Adobe RGB), ICC.1:2022 (9.2.17, cicpTag), Microsoft's BITMAPV5HEADER.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from critic_core.imaging.code_points import ADOBE_RGB, BT_709, SRGB, Chromaticities, CodePoints, from_h273
from critic_core.metadata.maker_directory import Directory, exif_directories
from critic_core.metadata.tiff import Bytes

_INTEROPERABILITY, _INDEX, _COLOUR_SPACE = 0xA005, 1, 0xA001
_SRGB_SPACE, _ADOBE_SPACE = 1, 2  # 2: of no standard, and written by some cameras
_ADOBE_GAMMA = 563 / 256
_MAX_CHUNKS = 200
_ICC_TAGS, _MAX_ICC_TAGS, _UNSPECIFIED = 128, 100, 2
_VIDEO, _BT_1886 = (1, 6, 14, 15), 2.4  # transfer functions, and the gamma of their screens
_BMP_V5_BYTES, _BMP_EMBEDDED = 124, b"DEBM"


def colour_of_png(data: bytes) -> tuple[CodePoints | None, bool]:
    """The colour by chunks, None without; True if it precedes an ICC profile."""
    chunks = dict(_chunks(data))
    if (described := _of_cicp(chunks.get(b"cICP", b""))) is not None:
        return described, True
    gamma, chromaticities = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    if b"sRGB" in chunks:
        return SRGB, False
    if len(gamma) != 4:
        return None, False
    return _by_gamma(int.from_bytes(gamma, "big"), chromaticities), False


def colour_of_profile(profile: bytes | None) -> CodePoints | bytes | None:
    """The colour by the tag `cicp` of an ICC profile, as in Chromium: its curves map no tones; else the profile."""
    if not profile:
        return None
    count = min(int.from_bytes(profile[_ICC_TAGS : _ICC_TAGS + 4], "big"), _MAX_ICC_TAGS)
    for at in range(_ICC_TAGS + 4, _ICC_TAGS + 4 + 12 * count, 12):
        start = int.from_bytes(profile[at + 4 : at + 8], "big")
        if profile[at : at + 4] == profile[start : start + 4] == b"cicp" and len(profile) >= start + 12:
            codes = profile[start + 8], profile[start + 9]
            return profile if _UNSPECIFIED in codes else from_h273(*codes)
    return profile


def profile_of_bmp(data: bytes) -> bytes | None:
    """The ICC profile embedded in a BMP; None without any."""
    if len(data) < 14 + _BMP_V5_BYTES or int.from_bytes(data[14:18], "little") != _BMP_V5_BYTES:
        return None
    start, size = struct.unpack_from("<LL", data, 14 + 112)
    embedded = data[14 + 56 : 14 + 60] == _BMP_EMBEDDED
    return data[14 + start : 14 + start + size] or None if embedded else None


def colour_of_exif(data: Bytes) -> CodePoints | None:
    """Adobe RGB by the colour space or the interoperability index of a file or an EXIF block; else None."""
    try:
        found = exif_directories(data)
        return CodePoints(ADOBE_RGB, _ADOBE_GAMMA) if found and _is_adobe(found[1]) else None
    except (struct.error, ValueError, IndexError):  # malformed EXIF
        return None


def _of_cicp(body: bytes) -> CodePoints | None:
    """As in Chromium: none for video's range or an unspecified colour; video's curves as its screens show them."""
    if len(body) != 4 or body[3] != 1 or _UNSPECIFIED in body[:2]:
        return None
    colour = from_h273(body[0], body[1])
    return replace(colour, gamma=_BT_1886) if body[1] in _VIDEO else colour


def _is_adobe(exif: Directory) -> bool:
    space = next(iter(exif.numbers(_COLOUR_SPACE, "H")), None)
    if space in (_SRGB_SPACE, _ADOBE_SPACE):
        return space == _ADOBE_SPACE
    interoperability = exif.directory_at(_INTEROPERABILITY)
    return interoperability is not None and interoperability.text(_INDEX).startswith("R03")


def _by_gamma(gamma: int, chromaticities: bytes) -> CodePoints | None:
    primaries = _primaries(chromaticities) if len(chromaticities) == 32 else BT_709
    return CodePoints(primaries, 100_000 / gamma) if gamma and primaries else None


def _primaries(chromaticities: bytes) -> Chromaticities | None:
    values = [value / 100_000 for value in struct.unpack(">8L", chromaticities)]
    white, red, green, blue = values[0:2], values[2:4], values[4:6], values[6:8]
    if any(pair[1] <= 0 or sum(pair) > 1 for pair in (white, red, green, blue)):
        return None
    return (*red, *green, *blue, *white)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and bodies of the small chunks before the pixels."""
    at = 8
    for _ in range(_MAX_CHUNKS):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name in (b"IDAT", b""):
            return
        yield name, data[at + 8 : at + 8 + min(size, 64)]
        at += 12 + size
