"""Which photos the page uploads as they are, run by Node."""

import json
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from tests.support.node import run_with_module
from tests.support.photos import DATA, png_chunk

SCRIPT = """
const { needsOriginal } = await import(process.argv[1]);
const { readFileSync } = await import("node:fs");
console.log(JSON.stringify(needsOriginal(readFileSync(process.argv[2]).subarray(0, 65536))));
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


@pytest.mark.parametrize("photo", sorted((DATA / "animated").iterdir()), ids=lambda photo: photo.name)
def test_animations(photo: Path) -> None:
    assert needs_original(photo)


@pytest.mark.parametrize("name", ["avif.avif", "jpeg.jpg", "png.png", "webp.webp"])
def test_no_still_photo(name: str) -> None:
    assert not needs_original(DATA / "formats" / name)
