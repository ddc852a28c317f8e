"""JPEGs of camera and web size from real photographs.

A large photo is a mosaic of real ones at their own scale, for want of camera originals: every 8×8 block has the detail
of a real photograph, and the file has a camera original's bytes per pixel.
"""

import io
from itertools import cycle
from pathlib import Path

from PIL import Image
from tests.support.data_sets import data_folder

ROOT = Path(__file__).parents[2]
QUALITY = 92
SIZES = {"12 megapixels (4000×3000)": (4000, 3000), "1024 pixels (1024×768)": (1024, 768)}


def sources() -> list[Path]:
    """Real photographs: the OASIS folder of CRITIC_DATA, else those that come with the tests."""
    return rated("oasis") or sorted((ROOT / "tests" / "data").glob("*.jpg"))


def rated(name: str) -> list[Path]:
    """The photographs of a set in CRITIC_DATA; none without it."""
    data = data_folder()
    return sorted((data / name / "images").glob("*.jpg")) if data else []


def shoot(count: int) -> list[bytes]:
    """Real photographs, repeated as needed, each made unique by bytes behind its end."""
    paths = rated("ccby") or sources()
    files = [path.read_bytes() for path in paths[:count]]
    return [files[number % len(files)] + str(number).encode() for number in range(count)]


def jpegs(count: int, size: tuple[int, int], paths: list[Path] | None = None) -> list[bytes]:
    """`count` different photos of `size` (width, height in pixels) as JPEG bytes, of `paths` or `sources()`."""
    paths = paths or sources()
    return [_jpeg(paths[number * 7 % len(paths) :] + paths, size) for number in range(count)]


def _jpeg(paths: list[Path], size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    _mosaic(paths, size).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _mosaic(paths: list[Path], size: tuple[int, int]) -> Image.Image:
    canvas = Image.new("RGB", size)
    with Image.open(paths[0]) as photo:
        width, height = photo.size
    positions = [(x, y) for y in range(0, size[1], height) for x in range(0, size[0], width)]
    for position, path in zip(positions, cycle(paths), strict=False):
        with Image.open(path) as photo:
            canvas.paste(photo.convert("RGB"), position)
    return canvas
