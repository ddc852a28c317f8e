"""Files of too much work are rejected by their structure: no parser and no decoder sees them."""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.support.photos import DATA, PLAIN, cat, png_chunk, png_start, saved

from critic_core.contracts.errors import PhotoError, PhotoTooComplex
from critic_core.imaging import decode as decoding
from critic_core.imaging.decode import decode
from critic_core.imaging.formats import sniff
from critic_core.imaging.readers import READERS
from critic_core.imaging.structure import bmp, boxes, gif, jpeg, png, tiff
from critic_core.imaging.structure.check import check_structure

PIXELS = 100_000_000
PICTURES = sorted((DATA / "formats").iterdir())


def jpeg_of_scans(scans: int, size: tuple[int, int] = (64, 64)) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    data = saved(cat((64, 64)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    found = data.count(b"\xff\xda")
    frame = data.index(b"\xff\xc2") + 5
    data = data[:frame] + size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big") + data[frame + 4 :]
    return data[:-2] + data[last:-2] * (scans - found) + data[-2:]


def tiff_of(tags: Mapping[int, tuple[int, ...]], big_endian: bool = False, body: bytes = b"") -> bytes:
    """A TIFF with these tags, integers of four bytes."""
    order = ">" if big_endian else "<"
    start = 8 + len(body)
    after = start + 2 + 12 * len(tags) + 4
    entries, arrays = b"", b""
    for tag, values in sorted(tags.items()):
        array = struct.pack(f"{order}{len(values)}L", *values)
        entries += struct.pack(order + "HHL", tag, 4, len(values))
        entries += array if len(values) == 1 else struct.pack(order + "L", after + len(arrays))
        arrays += array if len(values) > 1 else b""
    header = struct.pack(order + "2sHL", b"MM" if big_endian else b"II", 42, start)
    return header + body + struct.pack(order + "H", len(tags)) + entries + bytes(4) + arrays


def tiled(tile: tuple[int, int]) -> bytes:
    """A real picture of 64 × 64 pixels in one tile of zeros, which is packed a thousandfold."""
    packed = zlib.compress(bytes(3 * 64 * 64), 9)
    tags = {
        256: (64,), 257: (64,), 258: (8, 8, 8), 259: (8,), 262: (2,), 277: (3,), 322: (tile[0],), 323: (tile[1],),
        324: (8,), 325: (len(packed),),
    }  # fmt: skip
    return tiff_of(tags, body=packed)


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    return png_start(8, 8) + b"".join(png_chunk(name, body) for name, body in chunks) + png_chunk(b"IEND", b"")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">L", 8 + len(content)) + name + content


def heif_of(items: int = 1, tiles: int = 0, side: int = 512) -> bytes:
    """The boxes of a grid that refers to one tile as often as asked."""
    references = box(b"dimg", struct.pack(">HH", 1, tiles) + struct.pack(">H", 2) * tiles)
    size = box(b"ispe", bytes(4) + struct.pack(">LL", side, side))
    owner = box(b"ipma", bytes(4) + struct.pack(">LHBB", 1, 2, 1, 0x81))
    meta = (
        box(b"iinf", bytes(4) + struct.pack(">H", items))
        + box(b"iref", bytes(4) + references)
        + box(b"iprp", box(b"ipco", size) + owner)
    )
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(4) + meta)


TOO_COMPLEX: dict[str, Callable[[], bytes]] = {
    "a JPEG of too many scans": lambda: jpeg_of_scans(jpeg.MAX_SCANS + 1),
    "a JPEG of too many pixels in its scans": lambda: jpeg_of_scans(40, (9000, 9000)),
    "a TIFF of a giant tile": lambda: tiled((20_000, 20_000)),
    "a TIFF of a giant tile, big-endian": lambda: tiff_of(
        {256: (64,), 257: (64,), 258: (8,), 259: (5,), 322: (32_768,), 323: (32_768,)}, big_endian=True
    ),
    "a TIFF of a giant strip": lambda: tiff_of({256: (30_000,), 257: (10_000,), 258: (8, 8, 8), 259: (5,), 277: (3,)}),
    "a TIFF of a giant strip of colour differences": lambda: tiff_of(
        {256: (9_000,), 257: (9_000,), 258: (8,), 259: (8,), 262: (6,)}
    ),
    "a TIFF of too many strips": lambda: tiff_of({256: (1,), 257: (1,), 273: (8,) * (tiff.MAX_BLOCKS + 1)}),
    "a TIFF of too many samples": lambda: tiff_of({256: (1,), 257: (1,), 277: (9,)}),
    "a TIFF of too many bits": lambda: tiff_of({256: (1,), 257: (1,), 258: (128,)}),
    "a TIFF of too many tags": lambda: tiff_of(dict.fromkeys(range(tiff.MAX_TAGS + 1), (1,))),
    "a TIFF of JPEGs of too many scans": lambda: tiff_of(
        {256: (64,), 257: (64,), 259: (7,), 273: (8,), 279: (1_000_000,)}, body=jpeg_of_scans(101) + bytes(1_000_000)
    ),
    "a TIFF whose strips overlap": lambda: tiff_of(
        {256: (64,), 257: (64,), 259: (7,), 273: (8,) * 9, 279: (900,) * 9}, body=bytes(900)
    ),
    "a PNG of too many chunks": lambda: png_of(*[(b"IDAT", b"")] * (png.MAX_CHUNKS + 1)),
    "a PNG of too many texts": lambda: png_of(*[(b"zTXt", b"a\0\0")] * (png.MAX_TEXTS + 1)),
    "a PNG of long texts": lambda: png_of((b"eXIf", bytes(png.MAX_ANCILLARY_BYTES + 1))),
    "a GIF of a long comment": lambda: b"GIF89a" + bytes(7) + b"\x21\xfe" + (b"\xff" + bytes(255)) * 4_000,
    "a GIF of nothing before its frame": lambda: b"GIF89a" + bytes(gif.MAX_EXTENSION_BYTES + 100) + b",",
    "a BMP of run lengths": lambda: (
        b"BM" + bytes(12) + struct.pack("<L", 40) + bytes(12) + struct.pack("<L", 1) + bytes(bmp.MAX_RUN_LENGTH_BYTES)
    ),
    "a HEIF of too many items": lambda: heif_of(items=boxes.MAX_ITEMS + 1),
    "a HEIF of too many tiles": lambda: heif_of(tiles=boxes.MAX_TILES + 1),
    "a HEIF of too many pixels in its tiles": lambda: heif_of(tiles=100, side=8192),
    "a HEIF of too many boxes": lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"free", b"") * 20_001,
}


def no_reader(_: bytes) -> Any:
    raise AssertionError("a parser was called")


@pytest.mark.parametrize("make", TOO_COMPLEX.values(), ids=TOO_COMPLEX)
def test_too_much_work_is_rejected_before_a_parser_is_called(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "READERS", dict.fromkeys(READERS, no_reader))
    with pytest.raises(PhotoTooComplex) as caught:
        decode(make(), PLAIN)
    assert caught.value.detail.endswith(".")


AT_THE_BOUND: dict[str, Callable[[], bytes]] = {
    "scans": lambda: jpeg_of_scans(jpeg.MAX_SCANS),
    "scans of many pixels": lambda: jpeg_of_scans(20, (10_000, 10_000)),
    "a tile": lambda: tiled((8_000, 10_000)),
    "strips": lambda: tiff_of({256: (1,), 257: (1,), 273: (8,) * tiff.MAX_BLOCKS}),
    "an unpacked strip": lambda: tiff_of({256: (30_000,), 257: (30_000,), 259: (1,), 277: (3,)}),
    "chunks": lambda: png_of(*[(b"IDAT", b"")] * (png.MAX_CHUNKS - 2)),
    "items and tiles": lambda: heif_of(boxes.MAX_ITEMS, 1_500),
}


@pytest.mark.parametrize("make", AT_THE_BOUND.values(), ids=AT_THE_BOUND)
def test_a_file_at_the_bound_passes(make: Callable[[], bytes]) -> None:
    data = make()
    check_structure(data, sniff(data).reader, PIXELS)


def test_a_progressive_jpeg_of_many_scans_is_decoded() -> None:
    assert decode(jpeg_of_scans(50), PLAIN).pixels.shape == (64, 64, 3)


def test_a_tile_larger_than_its_picture_is_decoded() -> None:
    data = saved(cat((64, 64)), "TIFF", compression="tiff_adobe_deflate")
    assert decode(data, PLAIN).pixels.shape == (64, 64, 3)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_the_formats_pass(picture: Any) -> None:
    data = picture.read_bytes()
    check_structure(data, sniff(data).reader, PIXELS)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_file_cut_short_ends_the_check(picture: Any, share: float) -> None:
    data = picture.read_bytes()
    cut = data[: int(len(data) * share)]
    try:
        check_structure(cut, sniff(data).reader, PIXELS)
    except PhotoError:
        pytest.fail("a file cut short is damaged, not complex")


def test_a_progressive_jpeg_counts_its_scans() -> None:
    assert jpeg.scan_pixels(saved(cat((64, 32)), "JPEG"), PIXELS) == 64 * 32
    assert jpeg.scan_pixels(saved(cat((64, 32)), "JPEG", progressive=True), PIXELS) == 10 * 64 * 32
