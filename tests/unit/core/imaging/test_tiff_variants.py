"""TIFFs as scanners, HDR programs and RAW developers write them: one picture, read alike or refused for what it is."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.support.photos import PLAIN, STORED, cat, difference, saved

from critic_core.contracts.errors import PhotoUnsupported
from critic_core.imaging.decode import decode

SIZE = (120, 80)
LAB_WHITE = np.array([0.9642, 1.0, 0.8249])
SRGB_TO_XYZ_D50 = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)


def levels() -> Any:
    return np.asarray(cat(SIZE))


def grey() -> Any:
    return np.asarray(cat(SIZE).convert("L"))


def deep(values: Any) -> Any:
    return values.astype(np.uint16) * 257


def linear() -> Any:
    share = levels() / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4).astype(np.float32)


def tiff(values: Any, photometric: str, **options: Any) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, values, photometric=photometric, **options)
    return out.getvalue()


def lab16() -> bytes:
    """CIELab of 16 bits, a and b signed, as TIFF 6.0 has it."""
    share = linear() @ SRGB_TO_XYZ_D50.T / LAB_WHITE
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    light, a, b = 116 * root[..., 1] - 16, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2])
    stored = np.dstack([light / 100 * 65535, (a * 256) % 65536, (b * 256) % 65536]).astype(np.uint16)
    return tiff(stored, "cielab")


def thumbnail_first() -> bytes:
    """The photo in a sub-directory, with the name of a camera: no RAW file."""
    out = BytesIO()
    with tifffile.TiffWriter(out) as file:
        small = np.asarray(cat((24, 16)))
        file.write(
            small, photometric="rgb", subfiletype=1, subifds=1, extratags=[(271, "s", 0, "NIKON CORPORATION", True)]
        )
        file.write(levels(), photometric="rgb")
    return out.getvalue()


COLOUR: dict[str, Callable[[], bytes]] = {
    "planar, 16 bits": lambda: tiff(np.moveaxis(deep(levels()), 2, 0), "rgb", planarconfig="separate"),
    "planar, 16 bits, deflated, big-endian": lambda: tiff(
        np.moveaxis(deep(levels()), 2, 0), "rgb", planarconfig="separate", compression="zlib", byteorder=">"
    ),
    "16 bits, LZW, predictor": lambda: tiff(deep(levels()), "rgb", compression="lzw", predictor=True),
    "16 bits, tiles beyond the edge": lambda: tiff(deep(levels()), "rgb", tile=(64, 64)),
    "12 bits": lambda: tiff(deep(levels()) >> 4, "rgb", bitspersample=12),
    "10 bits": lambda: tiff(deep(levels()) >> 6, "rgb", bitspersample=10),
    "32 bits": lambda: tiff(levels().astype(np.uint32) * 0x01010101, "rgb"),
    "infrared": lambda: tiff(np.dstack([deep(levels()), deep(grey())]), "rgb", extrasamples=["unspecified"]),
    "float": lambda: tiff(linear(), "rgb"),
    "half": lambda: tiff(linear().astype(np.float16), "rgb", compression="zlib"),
    "double": lambda: tiff(linear().astype(np.float64), "rgb"),
    "L*a*b* of 16 bits": lab16,
    "WebP": lambda: tiff(levels(), "rgb", compression="webp", compressionargs={"level": 100}),
    "JPEG XL": lambda: tiff(levels(), "rgb", compression="jpegxl", compressionargs={"level": 100}),
    "JPEG 2000": lambda: tiff(levels(), "rgb", compression="jpeg2000"),
    "Zstandard": lambda: tiff(levels(), "rgb", compression="zstd"),
    "CMYK of 16 bits": lambda: tiff(
        deep(np.asarray(cat(SIZE).convert("CMYK"))), "separated", extratags=[(332, "H", 1, 1, True)]
    ),
    "CMYK with opacity": lambda: tiff(
        np.dstack([np.asarray(cat(SIZE).convert("CMYK")), np.full_like(grey(), 255)]),
        "separated",
        extrasamples=["unassalpha"],
        extratags=[(332, "H", 1, 1, True)],
    ),
    "opacity behind another sample": lambda: tiff(
        np.dstack([levels(), grey(), grey()]), "rgb", extrasamples=["unspecified", "unassalpha"]
    ),
    "BigTIFF": lambda: tiff(deep(levels()), "rgb", bigtiff=True),
    "a thumbnail first": thumbnail_first,
}

GREY: dict[str, Callable[[], bytes]] = {
    "16 bits, white is zero": lambda: tiff(65535 - deep(grey()), "miniswhite"),
    "8 bits, white is zero": lambda: tiff(255 - grey(), "miniswhite"),
    "32 bits": lambda: tiff(grey().astype(np.uint32) * 0x01010101, "minisblack"),
    "8 bits with opacity, white is zero": lambda: tiff(
        np.dstack([255 - grey(), np.full_like(grey(), 255)]), "miniswhite", extrasamples=["unassalpha"]
    ),
    "16 bits with opacity": lambda: tiff(
        np.dstack([deep(grey()), np.full_like(deep(grey()), 65535)]), "minisblack", extrasamples=["unassalpha"]
    ),
}


@pytest.mark.parametrize("name", COLOUR)
def test_colour_is_what_the_tags_say(name: str) -> None:
    decoded = decode(COLOUR[name](), PLAIN)
    assert difference(decoded.pixels, cat(SIZE)) < 2
    assert (decoded.facts.width, decoded.facts.height) == SIZE


@pytest.mark.parametrize("name", GREY)
def test_grey_is_what_the_tags_say(name: str) -> None:
    assert difference(decode(GREY[name](), PLAIN).pixels, cat(SIZE).convert("L").convert("RGB")) < 2


def test_light_above_white_is_rolled_off_and_said_so() -> None:
    decoded = decode(tiff(linear() * 8, "rgb"), PLAIN)
    assert decoded.facts.notes == ("high dynamic range, reduced to the range of a usual screen",)
    assert decoded.pixels.max() > decoded.pixels.mean() + 50  # highlights differ from one another


def test_opacity_of_16_bits_lies_over_white() -> None:
    half = np.dstack([deep(levels()), np.full((*levels().shape[:2], 1), 32768, np.uint16)])
    expected = Image.blend(Image.new("RGB", SIZE, "white"), cat(SIZE), 0.5)
    assert difference(decode(tiff(half, "rgb", extrasamples=["unassalpha"]), PLAIN).pixels, expected) < 2


def test_transparent_ink_lies_over_white() -> None:
    inks = np.asarray(cat(SIZE).convert("CMYK"))
    clear = np.dstack([inks, np.zeros_like(grey())]).astype(np.uint16)
    data = tiff(clear, "separated", extrasamples=["unassalpha"], extratags=[(332, "H", 1, 1, True)])
    assert decode(data, PLAIN).pixels.min() == 255


@pytest.mark.parametrize("bits", [4, 5, 6])
def test_colours_of_few_bits(bits: int) -> None:
    data = tiff(levels() >> (8 - bits), "rgb", bitspersample=bits)
    assert difference(decode(data, PLAIN).pixels, cat(SIZE)) < 255 / 2**bits


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_deep_tiff_is_seen_upright(orientation: int) -> None:
    how = STORED[orientation]
    stored = cat(SIZE) if how is None else cat(SIZE).transpose(how)
    data = tiff(deep(np.asarray(stored)), "rgb", extratags=[(274, "H", 1, orientation, True)])
    assert difference(decode(data, PLAIN).pixels, cat(SIZE)) < 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: tiff(grey().astype(np.int16), "minisblack"), "signed"),
        (lambda: tiff(grey().astype(np.complex64), "minisblack"), "complex"),
        (lambda: saved(cat(SIZE).convert("YCbCr"), "TIFF", tiffinfo={530: (2, 2)}), "photometric interpretation 6"),
    ],
)
def test_what_is_not_read_is_refused_by_its_name(data: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(PhotoUnsupported, match=reason):
        decode(data(), PLAIN)
