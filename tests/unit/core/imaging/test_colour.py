"""Whatever the pixels are stored as, the photo looks the same."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.support.photos import PLAIN, cat, difference, png_chunk, saved

from critic_core.imaging.colour import BROKEN_PROFILE
from critic_core.imaging.decode import decode


def grey_cat() -> Image.Image:
    return cat().convert("L")


def deep_grey() -> Image.Image:
    """16 bits a pixel, all of which are used."""
    values = np.asarray(grey_cat(), dtype=np.uint16) * 257
    return Image.fromarray(values)


def half_clear(mode: str) -> Image.Image:
    image = cat().convert(mode)
    image.putalpha(128)
    return image


def lab_cat() -> Image.Image:
    profiles = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"))
    return ImageCms.profileToProfile(cat(), *profiles, outputMode="LAB")


def over_white(image: Image.Image, alpha: int) -> Image.Image:
    return Image.blend(Image.new(image.mode, image.size, "white"), image, alpha / 255).convert("RGB")


def palette_with_a_hole() -> Image.Image:
    """The left half of a two-coloured palette picture is transparent."""
    image = Image.new("P", (60, 40), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 30, 40))
    return image


def deep_rgb_png(colour: tuple[int, int, int], channels: int = 2) -> bytes:
    """A PNG of 8 × 8 pixels, 16 bits a channel (Pillow cannot write one)."""
    row = b"\0" + struct.pack(">3H", *colour) * 8
    header = png_chunk(b"IHDR", struct.pack(">LLBBBBB", 8, 8, 16, channels, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(row * 8)) + png_chunk(b"IEND", b"")


SAME = {
    "grey jpeg": (saved(grey_cat(), "JPEG", quality=95), grey_cat()),
    "grey png": (saved(grey_cat(), "PNG"), grey_cat()),
    "16-bit grey png": (saved(deep_grey(), "PNG"), grey_cat()),
    "16-bit grey tiff": (saved(deep_grey(), "TIFF"), grey_cat()),
    "cmyk jpeg, inverted by Adobe's custom": (saved(cat().convert("CMYK"), "JPEG", quality=95), cat()),
    "cmyk tiff": (saved(cat().convert("CMYK"), "TIFF"), cat()),
    "palette png": (saved(cat().quantize(256), "PNG"), cat()),
    "rgba png": (saved(half_clear("RGB"), "PNG"), over_white(cat(), 128)),
    "rgba webp": (saved(half_clear("RGB"), "WEBP", lossless=True, exact=True), over_white(cat(), 128)),
    "rgba tiff": (saved(half_clear("RGB"), "TIFF"), over_white(cat(), 128)),
    "grey and alpha png": (saved(half_clear("L"), "PNG"), over_white(grey_cat(), 128)),
    "one bit png": (saved(grey_cat().convert("1"), "PNG"), grey_cat().convert("1")),
    "ycbcr tiff": (saved(cat().convert("YCbCr"), "TIFF"), cat()),
    "lab tiff": (
        saved(lab_cat(), "TIFF"),
        cat(),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_photo_looks_the_same(name: str) -> None:
    data, expected = SAME[name]
    decoded = decode(data, PLAIN).pixels
    assert difference(decoded, expected.convert("RGB")) < 4


def test_16_bits_are_scaled_and_not_clipped() -> None:
    decoded = decode(saved(deep_grey(), "PNG"), PLAIN).pixels
    assert np.array_equal(decoded[..., 0], np.asarray(grey_cat()))


def test_16_bit_colour_is_scaled() -> None:
    decoded = decode(deep_rgb_png((0x8080, 0x4040, 0xFFFF)), PLAIN).pixels
    assert decoded[0, 0].tolist() == [0x80, 0x40, 0xFF]


def test_a_transparent_palette_colour_becomes_white() -> None:
    for kind in ("PNG", "GIF"):
        decoded = decode(saved(palette_with_a_hole(), kind, transparency=0), PLAIN).pixels
        assert decoded[5, 5].tolist() == [255, 255, 255]
        assert decoded[5, 55].tolist() == [0, 0, 255]


def test_the_transparent_colour_of_an_rgb_png_becomes_white() -> None:
    image = Image.new("RGB", (4, 4), (10, 20, 30))
    image.putpixel((0, 0), (1, 2, 3))
    decoded = decode(saved(image, "PNG", transparency=(1, 2, 3)), PLAIN).pixels
    assert decoded[0, 0].tolist() == [255, 255, 255]
    assert decoded[1, 1].tolist() == [10, 20, 30]


def test_transparency_survives_the_reduction() -> None:
    """Half of a large picture is clear, over black that nobody is meant to see."""
    image = Image.new("RGBA", (2000, 1000), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (1000, 0, 2000, 1000))
    decoded = decode(saved(image, "PNG"), PLAIN).pixels
    assert decoded[100, 100].tolist() == [255, 255, 255]
    assert decoded[100, 900].tolist() == [255, 0, 0]


def profile(swapped: bool) -> bytes:
    """sRGB's profile; `swapped`: with the red and blue primaries exchanged, and under another name."""
    raw = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if not swapped:
        return raw
    raw = raw.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    return raw.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_an_icc_profile_is_applied(kind: str) -> None:
    red = Image.new("RGB", (16, 16), (200, 30, 30))
    decoded = decode(saved(red, kind, icc_profile=profile(swapped=True), quality=95), PLAIN)
    assert difference(decoded.pixels, Image.new("RGB", (16, 16), (30, 30, 200))) < 4
    assert decoded.facts.notes == ()


def test_a_profile_of_srgb_changes_nothing() -> None:
    decoded = decode(saved(cat(), "PNG", icc_profile=profile(swapped=False)), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))


@pytest.mark.parametrize("broken", [b"nonsense", profile(swapped=True)[:200], bytes(128)])
def test_a_broken_profile_is_ignored_and_said_so(broken: bytes) -> None:
    decoded = decode(saved(cat(), "PNG", icc_profile=broken), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))
    assert decoded.facts.notes == (BROKEN_PROFILE,)


def test_a_profile_of_the_wrong_kind_is_ignored_and_said_so() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    decoded = decode(saved(cat(), "PNG", icc_profile=lab), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))
    assert decoded.facts.notes == (BROKEN_PROFILE,)


def test_a_grey_photo_may_have_a_profile_of_colours() -> None:
    decoded = decode(saved(grey_cat(), "JPEG", quality=95, icc_profile=profile(swapped=True)), PLAIN)
    assert difference(decoded.pixels, grey_cat().convert("RGB")) < 4
    assert decoded.facts.notes == ()
