"""Chromium and the decoder see the same colours, whichever way a file describes them."""

import base64
import struct
from collections.abc import Callable, Iterator
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from tests.browser.conftest import DESKTOP
from tests.support.photos import PLAIN, png_chunk, saved
from tests.unit.core.imaging.test_described_colour import cicp_profile
from tests.unit.core.imaging.test_rare_bmps import profiled

from critic_core.imaging.code_points import ADOBE_RGB
from critic_core.imaging.decode import decode

LEVELS = 2
PATCH, COLUMNS, ROWS = 32, 6, 5
P3 = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
READ = """async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return [bitmap.width, bitmap.height, ...context.getImageData(0, 0, bitmap.width, bitmap.height).data];
}"""


def patches() -> Any:
    """Flat squares, of all brightnesses and of strong colours."""
    levels = np.random.default_rng(5).integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)
    levels[0] = np.linspace(0, 255, COLUMNS, dtype=np.uint8)[:, None]
    levels[1] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255]]
    return levels.repeat(PATCH, axis=0).repeat(PATCH, axis=1)


def means(pixels: Any) -> Any:
    """The middle of each patch."""
    grid = np.asarray(pixels, np.float64).reshape(ROWS, PATCH, COLUMNS, PATCH, 3)
    return grid[:, 8:-8, :, 8:-8].mean(axis=(1, 3))


def picture() -> Image.Image:
    return Image.fromarray(patches())


def png(*chunks: tuple[bytes, bytes], **options: Any) -> bytes:
    plain = saved(picture(), "PNG", **options)
    return plain[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + plain[33:]


def chrm(values: tuple[float, ...]) -> bytes:
    return struct.pack(">8L", *(round(value * 100_000) for value in (*values[6:], *values[:6])))


def icc(primaries: tuple[float, ...], gamma: float) -> bytes:
    """A profile of a matrix and a power function."""
    xyy = [number for at in (0, 2, 4) for number in (*primaries[at : at + 2], 1.0)]
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=(*primaries[6:], 1.0), primaries=xyy, gamma=gamma))


def deep_png(**options: Any) -> bytes:
    return bytes(imagecodecs.png_encode(patches().astype(np.uint16) * 257, **options))


def avif(primaries: int, transfer: int, bits: int) -> bytes:
    values = patches().astype(np.uint16) * (2**bits - 1) // 255
    coding = {"primaries": primaries, "transfer": transfer, "matrix": 0, "pixelformat": "444"}
    return bytes(
        imagecodecs.avif_encode(
            values.astype(np.uint8 if bits == 8 else np.uint16), level=100, bitspersample=bits, **coding
        )
    )


JPEG = {"quality": 100, "subsampling": 0}
FILES: dict[str, Callable[[], bytes]] = {
    "PNG": png,
    "PNG, cICP of Display P3": lambda: png((b"cICP", bytes([12, 13, 0, 1]))),
    "PNG, cICP of BT.2020": lambda: png((b"cICP", bytes([9, 13, 0, 1]))),
    "PNG, cICP of video's range": lambda: png((b"cICP", bytes([12, 13, 0, 0]))),
    "PNG, cICP of a curve of video": lambda: png((b"cICP", bytes([1, 1, 0, 1]))),
    "PNG, cICP of a straight curve": lambda: png((b"cICP", bytes([12, 8, 0, 1]))),
    "PNG, cICP that says nothing, and ICC": lambda: png((b"cICP", bytes([2, 2, 0, 1])), icc_profile=icc(P3, 2.2)),
    "PNG, gAMA 1.8 and cHRM": lambda: png((b"gAMA", struct.pack(">L", 55_556)), (b"cHRM", chrm(P3))),
    "PNG, gAMA 2.2 and cHRM": lambda: png((b"gAMA", struct.pack(">L", 45_455)), (b"cHRM", chrm(P3))),
    "PNG, gAMA alone": lambda: png((b"gAMA", struct.pack(">L", 55_556))),
    "PNG, cHRM alone": lambda: png((b"cHRM", chrm(P3))),
    "PNG, ICC": lambda: saved(picture(), "PNG", icc_profile=icc(P3, 2.2)),
    "PNG, ICC with code points": lambda: saved(picture(), "PNG", icc_profile=cicp_profile(12, 13)),
    "PNG, grey with an ICC of RGB": lambda: saved(picture().convert("L"), "PNG", icc_profile=icc(P3, 2.2)),
    "PNG, 16 bits": deep_png,
    "PNG, palette": lambda: saved(picture().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "GIF": lambda: saved(picture().convert("P", palette=Image.Palette.ADAPTIVE), "GIF"),
    "BMP": lambda: saved(picture(), "BMP"),
    "BMP, ICC": lambda: profiled(picture(), icc(P3, 2.2)),
    "JPEG": lambda: saved(picture(), "JPEG", **JPEG),
    "JPEG, ICC of Adobe RGB": lambda: saved(picture(), "JPEG", icc_profile=icc(ADOBE_RGB, 563 / 256), **JPEG),
    "JPEG, grey": lambda: saved(picture().convert("L"), "JPEG", **JPEG),
    "JPEG, grey with an ICC of RGB": lambda: saved(picture().convert("L"), "JPEG", icc_profile=icc(P3, 2.2), **JPEG),
    "JPEG, linear ICC": lambda: saved(picture(), "JPEG", icc_profile=icc(P3, 1.0), **JPEG),
    "WebP": lambda: saved(picture(), "WEBP", lossless=True),
    "WebP, ICC": lambda: saved(picture(), "WEBP", lossless=True, icc_profile=icc(P3, 2.2)),
    "AVIF": lambda: avif(1, 13, 8),
    "AVIF, Display P3": lambda: avif(12, 13, 8),
    "AVIF, Display P3 of 10 bits": lambda: avif(12, 13, 10),
    "AVIF, BT.2020 of 10 bits": lambda: avif(9, 13, 10),
}


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport=DESKTOP)
    yield page
    page.close()


@pytest.mark.parametrize("name", FILES)
def test_the_decoder_and_chromium_agree(blank: Page, name: str) -> None:
    data = FILES[name]()
    width, height, *values = blank.evaluate(READ, base64.b64encode(data).decode())
    shown = np.array(values, np.uint8).reshape(height, width, 4)[..., :3]
    ours = means(decode(data, PLAIN).pixels)
    assert np.abs(ours - means(shown)).max() <= LEVELS, (ours - means(shown)).round(1).tolist()
