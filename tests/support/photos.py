"""Photographs for tests: the committed ones, and what is made of them on the way."""

import struct
import zlib
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from critic_core.contracts.manifest import Preprocessing

DATA = Path(__file__).parents[1] / "data"
PLAIN = Preprocessing()

# EXIF orientation → how an upright photo must be stored so that it is seen upright again
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def cat(size: tuple[int, int] | None = None) -> Image.Image:
    """The cat, RGB; a copy that may be changed."""
    return _cat(size).copy()


@lru_cache(maxsize=8)
def _cat(size: tuple[int, int] | None) -> Image.Image:
    image = Image.open(DATA / "cat.png").convert("RGB")
    return image.resize(size, Image.Resampling.BICUBIC) if size else image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """`image` as the bytes of a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned(image: Image.Image, orientation: int, kind: str, **options: Any) -> bytes:
    """A file whose stored pixels lie as `orientation` says, and whose EXIF says so."""
    exif = Image.Exif()
    exif[274] = orientation
    how = STORED[orientation]
    stored = image.copy() if how is None else image.transpose(how)
    stored.info["exif"] = exif.tobytes()  # where pillow-heif looks for the turn that goes into the container
    return saved(stored, kind, **options) if kind == "HEIF" else saved(stored, kind, exif=exif, **options)


def difference(left: Any, right: Any) -> float:
    """Mean absolute difference of two pictures, levels."""
    return float(np.abs(np.asarray(left, dtype=np.int16) - np.asarray(right, dtype=np.int16)).mean())


def png_chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))


def png_header(width: int, height: int) -> bytes:
    """The beginning of a grey 8-bit PNG of any size at all, up to where its pixels would begin."""
    return png_start(width, height) + struct.pack(">L", 1000) + b"IDAT"


def png_start(width: int, height: int) -> bytes:
    """Signature and header of a grey 8-bit PNG."""
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0))


def png_bomb(side: int, rows: int | None = None) -> bytes:
    """A real PNG of `side` × `side` black pixels, a thousandth of its decoded size; cut short after `rows` of them."""
    packed = zlib.compress(bytes((side + 1) * (rows or side)), 9)
    return png_start(side, side) + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")
