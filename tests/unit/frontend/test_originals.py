"""Which photos the page uploads as they are, run by Node."""

import json
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from tests.support.node import run_with_module
from tests.support.photos import DATA, cat, png_chunk, saved, turned
from tests.unit.core.imaging.test_described_colour import cicp_profile

SCRIPT = """
const { needsOriginal } = await import(process.argv[1]);
const { readMetadata } = await import(new URL("metadata.js", process.argv[1]));
const { readFileSync } = await import("node:fs");
console.log(JSON.stringify(needsOriginal(await readMetadata(new Blob([readFileSync(process.argv[2])])))));
"""
SRGB, PQ, HLG = 13, 16, 18  # ITU-T H.273


def needs_original(photo: Path) -> bool:
    answer: bool = json.loads(run_with_module("upload/originals.js", SCRIPT, photo))
    return answer


def png(transfer: int) -> bytes:
    plain = (DATA / "formats" / "png.png").read_bytes()
    return plain[:33] + png_chunk(b"cICP", bytes([9, transfer, 0, 1])) + plain[33:]


def avif(transfer: int) -> bytes:
    pixels = np.full((32, 32, 3), 500, np.uint16)
    coding = {"primaries": 9, "transfer": transfer, "matrix": 9}
    return bytes(imagecodecs.avif_encode(pixels, level=90, bitspersample=10, pixelformat="444", **coding))


@pytest.mark.parametrize("make", [png, avif])
@pytest.mark.parametrize(("transfer", "expected"), [(SRGB, False), (PQ, True), (HLG, True)])
def test_photos_of_high_dynamic_range(
    tmp_path: Path, make: Callable[[int], bytes], transfer: int, *, expected: bool
) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(make(transfer))
    assert needs_original(photo) is expected


def test_pq_in_a_profile(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(saved(cat((32, 32)), "JPEG", icc_profile=cicp_profile(9, PQ)))
    assert needs_original(tmp_path / "photo")


@pytest.mark.parametrize(
    ("index", "space", "expected"), [("R03", 0xFFFF, True), ("R98", 0xFFFF, False), ("R98", 2, True)]
)
def test_adobe_rgb_by_exif(tmp_path: Path, index: str, space: int, *, expected: bool) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0xA001: space, 0xA005: {1: index}})
    (tmp_path / "photo").write_bytes(saved(cat((32, 32)), "JPEG", exif=exif))
    assert needs_original(tmp_path / "photo") is expected


def test_colours_behind_a_long_list_of_tiles(tmp_path: Path) -> None:
    """The boxes of a HEIC of 200 tiles are longer than four kilobytes."""
    photo = b"\0\0\0\x18ftypheic" + bytes(9000) + b"colrnclx\0\x09\0\x12\0\x09"
    (tmp_path / "photo").write_bytes(photo)
    assert needs_original(tmp_path / "photo")


def test_webps_with_exif(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(turned(cat((32, 24)), 6, "WEBP"))
    assert needs_original(tmp_path / "photo")


@pytest.mark.parametrize("photo", sorted((DATA / "animated").iterdir()), ids=lambda photo: photo.name)
def test_animations(photo: Path) -> None:
    assert needs_original(photo)


def test_jpeg_xl_may_move_or_be_brighter_than_white() -> None:
    assert needs_original(DATA / "formats" / "jxl.jxl")


@pytest.mark.parametrize("name", ["avif.avif", "jpeg.jpg", "png.png", "webp.webp"])
def test_no_still_photo(name: str) -> None:
    assert not needs_original(DATA / "formats" / name)
