"""JPEGs of more than 8 bits, extended or lossless, by libjpeg-turbo 3 (imagecodecs). Pillow does not open them.

Source: ITU-T T.81, annexes B and H; ICC.1:2022, annex B.4 (profiles in JPEG).
"""

import re
import struct
from collections.abc import Iterator

import imagecodecs

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging.capture import capture_of_block
from critic_core.imaging.colour_tags import colour_of_profile
from critic_core.imaging.deep import DeepImage
from critic_core.imaging.opened import Loaded, Opened
from critic_core.imaging.orientation import checked, from_xmp
from critic_core.metadata.embedded import exif_block, xmp_packet
from critic_core.metadata.tiff import read_tags

_FRAME = re.compile(rb"[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]")
_SCAN, _END, _PROFILE_MARKER = b"\xff\xda", b"\xff\xd9", 0xE2
_PROFILE = b"ICC_PROFILE\0"
_ORIENTATION = 274
_UNREAD_CODINGS = {
    0xF7: "JPEG-LS", **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE), "hierarchical JPEG"),
}  # fmt: skip


def bits_of(data: bytes) -> int:
    """Bits a sample, by the frame header; 8 without one."""
    return next((body[0] for marker, body in _segments(data) if _FRAME.match(bytes([marker])) and body), 8)


def check_coding(data: bytes) -> None:
    """Raises PhotoUnsupported for valid JPEGs that no decoder here reads."""
    for marker, body in _segments(data):
        if marker in _UNREAD_CODINGS:
            raise PhotoUnsupported(f"The photo is coded as {_UNREAD_CODINGS[marker]}, which is not read.")
        if _FRAME.match(bytes([marker])) and body[1:3] == b"\0\0":
            raise PhotoUnsupported("The JPEG states its height behind the pixels (DNL), which is not read.")


def open_deep_jpeg(data: bytes) -> Opened:
    """Raises PhotoUnsupported for inks, PhotoCorrupt for a file cut short."""
    bits, height, width, components = next(
        struct.unpack(">BHHB", body[:6]) for marker, body in _segments(data) if _FRAME.match(bytes([marker]))
    )
    if components not in (1, 3):
        raise PhotoUnsupported(f"The JPEG has {components} components of {bits} bits, which is not read.")
    if data.rfind(_END) < data.rfind(_SCAN):
        raise PhotoCorrupt("The JPEG is cut short: the file ends before the picture does.")
    exif = bytes(exif_block(data) or b"")
    stated = read_tags(exif).get(_ORIENTATION)
    return Opened(
        stored=(width, height),
        load=lambda _: _load(data, bits),
        capture=lambda: capture_of_block(exif, data),
        exif_orientation=from_xmp(xmp_packet(data)) if stated is None else checked(stated),
    )


def _load(data: bytes, bits: int) -> Loaded:
    values = imagecodecs.jpeg8_decode(data)
    pixels = DeepImage(values[..., None] if values.ndim == 2 else values, float(2**bits - 1))
    chunks = (body for marker, body in _segments(data) if marker == _PROFILE_MARKER and body.startswith(_PROFILE))
    profile = b"".join(body[len(_PROFILE) + 2 :] for body in sorted(chunks, key=lambda body: body[len(_PROFILE)]))
    return Loaded(pixels, colour_of_profile(profile))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers and bodies before the first scan."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at : at + 2] != _SCAN and at + 4 <= len(data):
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], data[at + 4 : at + 2 + size]
        at += 2 + max(size, 2)
