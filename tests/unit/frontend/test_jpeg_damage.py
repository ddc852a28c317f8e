"""Which JPEGs the page uploads as they are, for the server to see their damage, run by Node."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.node import run_with_module
from tests.support.photos import cat, saved

SCRIPT = """
const { isDamagedJpeg } = await import(process.argv[1]);
const { readFileSync } = await import("node:fs");
const answers = process.argv.slice(2).map((file) => isDamagedJpeg(new Blob([readFileSync(file)])));
console.log(JSON.stringify(await Promise.all(answers)));
"""
OPTIONS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
    "optimised": {"optimize": True, "subsampling": 0},
    "of much detail": {"quality": 100},
}
NOISE = np.random.default_rng(1).integers(0, 256, 1_000_000, np.uint8).tobytes()
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "zeros from the middle": lambda data: data[: len(data) // 2] + bytes(len(data) // 2),
    "a sector of zeros": lambda data: data[: len(data) // 2] + bytes(4096) + data[len(data) // 2 + 4096 :],
    "foreign bytes": lambda data: data[: len(data) // 2] + NOISE[:4096] + data[len(data) // 2 + 4096 :],
    "another photo inside": lambda data: data[: len(data) // 2] + data[:4096] + data[len(data) // 2 + 4096 :],
    "foreign bytes to the end": lambda data: (data[: len(data) // 2] + NOISE)[: len(data)],
    "cut short": lambda data: data[: int(0.6 * len(data))],
}


def are_damaged(folder: Path, photos: dict[str, bytes]) -> dict[str, bool]:
    for name, photo in photos.items():
        (folder / name).write_bytes(photo)
    answers = json.loads(run_with_module("upload/jpeg-damage.js", SCRIPT, *(folder / name for name in photos)))
    return dict(zip(photos, answers, strict=True))


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return {name: saved(cat((1200, 800)), "JPEG", **{"quality": 90, **options}) for name, options in OPTIONS.items()}


def test_whole_photos(tmp_path: Path, whole: dict[str, bytes]) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (400, 600, 3), np.uint8))
    soft, black = cat((300, 200)).resize((3000, 2000)), Image.new("RGB", (600, 400))
    rare = {
        "a film behind": whole["baseline"] + bytes(9000),
        "fill bytes before a marker": b"\xff\xd8\xff" + whole["baseline"][2:],
        "noise": saved(noise, "JPEG", exif=exif()),
        "soft": saved(soft, "JPEG", quality=95),
        "black": saved(black, "JPEG"),
    }
    none = {"no JPEG": saved(cat((64, 48)), "PNG"), "empty": b""}
    photos = whole | rare | none
    assert are_damaged(tmp_path, photos) == dict.fromkeys(photos, False)


def exif() -> bytes:
    """With a thumbnail, whose markers are none of the photo."""
    return b"Exif\0\0" + saved(cat((160, 120)), "JPEG")


@pytest.mark.parametrize("name", OPTIONS)
def test_damage(tmp_path: Path, whole: dict[str, bytes], name: str) -> None:
    photos = {damage: spoil(whole[name]) for damage, spoil in DAMAGES.items()}
    assert are_damaged(tmp_path, photos) == dict.fromkeys(photos, True)
