"""Makes the pictures in `formats/` and `animated/` from `cat.png`. Run again after a change: python tests/data/make.py

One picture for every reader of the formats registry; a test fails when the two disagree.
"""

import struct
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
from PIL import Image

HERE = Path(__file__).parent
SIZE = (240, 160)
FRAMES = 4

Entry = tuple[int, int, tuple[int, ...] | bytes]
_BYTE, _ASCII, _SHORT, _LONG = 1, 2, 3, 4
_CODES = {_BYTE: "B", _ASCII: "B", _SHORT: "H", _LONG: "L"}


def main() -> None:
    """Write every picture."""
    pillow_heif.register_heif_opener()
    cat = Image.open(HERE / "cat.png").convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    _formats(cat, HERE / "formats")
    _animated(cat, HERE / "animated")


def _formats(cat: Image.Image, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    cat.save(folder / "jpeg.jpg", quality=90)
    cat.save(folder / "png.png", optimize=True)
    cat.save(folder / "webp.webp", quality=90)
    cat.save(folder / "avif.avif", quality=80)
    cat.save(folder / "heic.heic", quality=80)
    (folder / "jxl.jxl").write_bytes(imagecodecs.jpegxl_encode(np.asarray(cat), level=90))
    cat.save(folder / "tiff.tif", compression="tiff_adobe_deflate")
    cat.save(folder / "gif.gif")
    cat.save(folder / "bmp.bmp")
    (folder / "dng.dng").write_bytes(dng(cat))


def _animated(cat: Image.Image, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    frames = [cat.rotate(360 / FRAMES * turn) for turn in range(FRAMES)]
    for name in ("spin.gif", "spin.webp", "spin.png"):
        small = [frame.resize((120, 80)) for frame in frames]
        small[0].save(folder / name, save_all=True, append_images=small[1:], duration=50)


def dng(photo: Image.Image, orientation: int = 1, *, preview: bool = True) -> bytes:
    """The smallest DNG that LibRaw opens: a JPEG preview in the first directory, a flat Bayer mosaic in the second.

    Source: Adobe DNG 1.4. `preview=False` leaves the JPEG out, as some converters do.
    """
    jpeg = BytesIO()
    photo.save(jpeg, "JPEG", quality=90)
    mosaic = struct.pack("<H", 2048) * (photo.width * photo.height)
    first = _first_directory(photo.size, orientation, len(jpeg.getvalue()) if preview else 0)
    if not preview:
        return _file([[*_mosaic_directory(photo.size), *_camera(orientation)]], [mosaic])
    return _file([first, _mosaic_directory(photo.size)], [jpeg.getvalue(), mosaic])


def _first_directory(size: tuple[int, int], orientation: int, count: int) -> list[Entry]:
    return [
        (254, _LONG, (1,)),
        *_strip(size, 8, 3, compression=7, photometric=6, count=count),
        *_camera(orientation),
        (330, _LONG, (0,)),  # SubIFDs: filled in when the second directory has its place
    ]


def _mosaic_directory(size: tuple[int, int]) -> list[Entry]:
    count = size[0] * size[1] * 2
    return [
        (254, _LONG, (0,)),
        *_strip(size, 16, 1, compression=1, photometric=32803, count=count),
        (33421, _SHORT, (2, 2)),
        (33422, _BYTE, (0, 1, 1, 2)),
    ]


def _strip(
    size: tuple[int, int], bits: int, samples: int, *, compression: int, photometric: int, count: int
) -> list[Entry]:
    return [
        (256, _LONG, (size[0],)),
        (257, _LONG, (size[1],)),
        (258, _SHORT, (bits,) * samples),
        (259, _SHORT, (compression,)),
        (262, _SHORT, (photometric,)),
        (273, _LONG, (0,)),  # StripOffsets: filled in when the data has its place
        (277, _SHORT, (samples,)),
        (278, _LONG, (size[1],)),
        (279, _LONG, (count,)),
    ]


def _camera(orientation: int) -> list[Entry]:
    return [
        (271, _ASCII, b"Photo Critic\0"),
        (272, _ASCII, b"Test camera\0"),
        (274, _SHORT, (orientation,)),
        (50706, _BYTE, (1, 4, 0, 0)),
        (50708, _ASCII, b"Photo Critic Test camera\0"),
    ]


def _file(directories: list[list[Entry]], data: list[bytes]) -> bytes:
    """Header, directories one after the other, then the data of each."""
    starts, at = [], 8
    for entries in directories:
        starts.append(at)
        at += len(_directory(entries, at))
    places = [at + sum(map(len, data[:index])) for index in range(len(data))]
    packed = b""
    for entries, start, place in zip(directories, starts, places, strict=True):
        fixed = {273: (place,), 330: tuple(starts[1:])}
        packed += _directory([(tag, kind, fixed.get(tag, value)) for tag, kind, value in entries], start)
    return b"II*\0" + struct.pack("<L", 8) + packed + b"".join(data)


def _directory(entries: list[Entry], start: int) -> bytes:
    """One directory at offset `start`, with the values that are too long for their entry behind it."""
    entries = sorted(entries, key=lambda entry: entry[0])
    table, extra = struct.pack("<H", len(entries)), b""
    behind = start + 2 + 12 * len(entries) + 4
    for tag, kind, values in entries:
        raw = struct.pack(f"<{len(values)}{_CODES[kind]}", *values)
        if len(raw) > 4:
            field, extra = struct.pack("<L", behind + len(extra)), extra + raw + b"\0" * (len(raw) % 2)
        else:
            field = raw.ljust(4, b"\0")
        table += struct.pack("<HHL", tag, kind, len(values)) + field
    return table + bytes(4) + extra


if __name__ == "__main__":
    main()
