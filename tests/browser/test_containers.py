"""What the page uploads of a photo is the picture that the server sees, whatever part of the file turns it."""

import base64
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route
from tests.browser.conftest import DESKTOP
from tests.support.node import FRONTEND
from tests.support.photos import PLAIN, cat, difference, png_chunk, saved, turned

from critic_core.imaging.decode import decode

ORIGIN = "http://page.test"
PREPARE = """async (text) => {
    const { preparePhoto } = await import("/upload/prepare-photo.js");
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const { blob, downscaled } = await preparePhoto(new File([bytes], "photo"), false);
    const sent = Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte));
    return [downscaled, btoa(sent.join(""))];
}"""
SIZE, SMALL = (1200, 800), (48, 48)
LEVELS = 3
TURN = 6
EXIF = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHLL", 274, 3, 1, TURN) + bytes(4)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


@cache
def picture() -> Image.Image:
    return cat(SIZE)


@cache
def plain_png() -> bytes:
    return saved(picture(), "PNG", compress_level=1)


def png(before: tuple[bytes, bytes] | None = None, behind: tuple[bytes, bytes] | None = None) -> bytes:
    plain, end = plain_png(), plain_png().rindex(b"IEND") - 4
    chunks = [png_chunk(*chunk) if chunk else b"" for chunk in (before, behind)]
    return plain[:33] + chunks[0] + plain[33:end] + chunks[1] + plain[end:]


def raw_profile() -> tuple[bytes, bytes]:
    """EXIF as ImageMagick wrote it before PNG had a chunk for it."""
    body = b"Exif\0\0" + EXIF
    return b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
        b"\nexif\n%8d\n%s\n" % (len(body), body.hex().encode())
    )


def avif(**options: Any) -> bytes:
    return saved(picture(), "AVIF", quality=90, speed=10, **options)


def exif_without_box() -> bytes:
    """The container turns nothing, EXIF would."""
    turning = avif(exif=b"Exif\0\0" + EXIF)
    at = turning.index(b"irot") + 4
    return turning[:at] + b"\0" + turning[at + 1 :]


FILES: dict[str, Callable[[], bytes]] = {
    "JPEG, EXIF": lambda: turned(picture(), TURN, "JPEG", quality=95),
    "JPEG, XMP": lambda: saved(picture(), "JPEG", quality=95, xmp=XMP),
    "PNG, EXIF before the pixels": lambda: png(before=(b"eXIf", EXIF)),
    "PNG, EXIF behind the pixels": lambda: png(behind=(b"eXIf", EXIF)),
    "PNG, EXIF with the header of a JPEG": lambda: png(before=(b"eXIf", b"Exif\0\0" + EXIF)),
    "PNG, EXIF in a text": lambda: png(before=raw_profile()),
    "PNG, XMP": lambda: png(before=(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "WebP, EXIF": lambda: turned(picture(), TURN, "WEBP", quality=95, method=0),
    "WebP, XMP": lambda: saved(picture(), "WEBP", quality=95, method=0, xmp=XMP),
    "AVIF, box and EXIF": lambda: avif(exif=b"Exif\0\0" + EXIF),
    "AVIF, EXIF alone": exif_without_box,
    "AVIF, XMP": lambda: avif(xmp=XMP),
}


def serve(route: Route) -> None:
    file = FRONTEND / route.request.url.removeprefix(f"{ORIGIN}/")
    route.fulfill(path=file) if file.is_file() else route.fulfill(body="")


@pytest.fixture(scope="module")
def scripts(chromium: Browser) -> Iterator[Page]:
    """The page's modules, without a server."""
    page = chromium.new_page(viewport=DESKTOP)
    page.route(f"{ORIGIN}/**", serve)
    page.goto(ORIGIN)
    yield page
    page.close()


def small(pixels: Any) -> Any:
    return np.asarray(Image.fromarray(pixels).resize(SMALL, Image.Resampling.BOX))


@pytest.mark.parametrize("name", FILES)
def test_the_upload_lies_as_the_photo_does(scripts: Page, name: str) -> None:
    photo = FILES[name]()
    downscaled, text = scripts.evaluate(PREPARE, base64.b64encode(photo).decode())
    upload = base64.b64decode(text)
    assert downscaled or upload == photo
    original, sent = decode(photo, PLAIN).pixels, decode(upload, PLAIN).pixels
    assert (original.shape[0] > original.shape[1]) == (sent.shape[0] > sent.shape[1])
    assert difference(small(sent), small(original)) < LEVELS


def test_a_photo_that_lies_as_its_pixels_do_is_downscaled(scripts: Page) -> None:
    for photo in (png(before=(b"eXIf", EXIF.replace(b"\x06", b"\x01"))), avif(), FILES["JPEG, EXIF"]()):
        downscaled, _ = scripts.evaluate(PREPARE, base64.b64encode(photo).decode())
        assert downscaled
