"""BMPs with a profile, and kinds that few programs write."""

import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from tests.support.photos import PLAIN, cat, difference, saved

from critic_core.contracts.errors import PhotoUnsupported
from critic_core.imaging.decode import decode

SIZE = (120, 80)
SRGB = [0.64, 0.33, 1.0, 0.3, 0.6, 1.0, 0.15, 0.06, 1.0]
PROFILE = bytes(imagecodecs.cms_profile("rgb", whitepoint=(0.3127, 0.329, 1.0), primaries=SRGB, gamma=1.0))


def bmp(depth: int, compression: int, pixels: bytes, masks: bytes = b"") -> bytes:
    header = struct.pack("<LllHHLLllLL", 40, *SIZE, 1, depth, compression, len(pixels), 0, 0, 0, 0) + masks
    return b"BM" + struct.pack("<LLL", 14 + len(header) + len(pixels), 0, 14 + len(header)) + header + pixels


def profiled(picture: Image.Image, profile: bytes, kind: bytes = b"DEBM") -> bytes:
    """With the header of Windows 98, and the profile behind the pixels."""
    plain = saved(picture, "BMP")
    pixels = plain[int.from_bytes(plain[10:14], "little") :]
    colour = bytes(16) + kind + bytes(52) + struct.pack("<LLL", 124 + len(pixels), len(profile), 0)
    header = struct.pack("<L", 124) + plain[18:54] + colour
    return plain[:10] + struct.pack("<L", 14 + len(header)) + header + pixels + profile


def test_the_profile_is_followed() -> None:
    light = (np.asarray(cat(SIZE)) / 255) ** 2.2
    linear = Image.fromarray((light * 255 + 0.5).astype(np.uint8))
    assert difference(decode(profiled(linear, PROFILE), PLAIN).pixels, cat(SIZE)) < 4
    assert difference(decode(profiled(cat(SIZE), PROFILE, b"BGRs"), PLAIN).pixels, cat(SIZE)) == 0


@pytest.mark.parametrize(
    "data",
    [
        bmp(32, 3, bytes(4 * 120 * 80), struct.pack("<LLL", 0x3FF00000, 0xFFC00, 0x3FF)),
        bmp(0, 4, saved(cat(SIZE), "JPEG")),
        bmp(2, 0, bytes(32 * 80)),
    ],
    ids=["10 bits", "JPEG inside", "2 bits"],
)
def test_rare_kinds_are_refused_as_such(data: bytes) -> None:
    with pytest.raises(PhotoUnsupported, match="rare kind"):
        decode(data, PLAIN)
