"""What bad input gets: one of our errors, quickly, in little memory, and nothing else."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PIL import Image, ImageFile
from tests.data import make
from tests.support.memory import printed_by
from tests.support.photos import DATA, PLAIN, cat, png_bomb, png_header, saved

from critic_core.contracts.errors import (
    PhotoCorrupt,
    PhotoEmpty,
    PhotoError,
    PhotoNoPreview,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnsupported,
)
from critic_core.imaging.decode import Limits, decode
from critic_core.imaging.limits import DEFAULT_LIMITS

PICTURES = sorted((DATA / "formats").iterdir())
TINY = Limits(max_bytes=64 * 1024 * 1024, max_pixels=1000)
SECONDS = 2.0


def jpeg_header(width: int, height: int) -> bytes:
    """A real JPEG that claims to be of another size."""
    data = bytearray(saved(cat((64, 64)), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def gif_header(width: int, height: int) -> bytes:
    data = bytearray(saved(cat((64, 64)), "GIF"))
    data[6:10] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return bytes(data)


def bmp_header(width: int, height: int) -> bytes:
    data = bytearray(saved(cat((64, 64)), "BMP"))
    data[18:26] = width.to_bytes(4, "little") + height.to_bytes(4, "little", signed=True)
    return bytes(data)


@dataclass(frozen=True)
class Bad:
    data: Callable[[], bytes]
    error: type[PhotoError]
    limits: Limits = DEFAULT_LIMITS


CASES = {
    "empty": Bad(lambda: b"", PhotoEmpty),
    "one byte": Bad(lambda: b"\xff", PhotoUnsupported),
    "text": Bad(lambda: b"Dear sir or madam", PhotoUnsupported),
    "zeros": Bad(lambda: bytes(1_000_000), PhotoUnsupported),
    "a web page that is called .jpg": Bad(lambda: b"<!doctype html>", PhotoUnsupported),
    "too many bytes": Bad(lambda: saved(cat(), "PNG"), PhotoTooLarge, Limits(max_bytes=1000)),
    "too many bytes, not even looked at": Bad(lambda: bytes(2000), PhotoTooLarge, Limits(max_bytes=1000)),
    "png signature only": Bad(lambda: b"\x89PNG\r\n\x1a\n", PhotoCorrupt),
    "jpeg signature only": Bad(lambda: b"\xff\xd8\xff", PhotoCorrupt),
    "gif signature only": Bad(lambda: b"GIF89a", PhotoCorrupt),
    "webp signature only": Bad(lambda: b"RIFF\x04\0\0\0WEBP", PhotoCorrupt),
    "tiff signature only": Bad(lambda: b"II*\0\x08\0\0\0", PhotoCorrupt),
    "heic signature only": Bad(lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PhotoCorrupt),
    "avif signature only": Bad(lambda: b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", PhotoCorrupt),
    "raw signature only": Bad(lambda: b"FUJIFILMCCD-RAW 0201", PhotoCorrupt),
    "png header of 3.6 gigapixels": Bad(lambda: png_header(60_000, 60_000), PhotoTooManyPixels),
    "png header of 2³¹ × 2³¹": Bad(lambda: png_header(2**31 - 1, 2**31 - 1), PhotoTooManyPixels),
    "png without width": Bad(lambda: png_header(0, 10), PhotoCorrupt),
    "jpeg header of 4 gigapixels": Bad(lambda: jpeg_header(65_500, 65_500), PhotoTooManyPixels),
    "gif header of 4 gigapixels": Bad(lambda: gif_header(65_535, 65_535), PhotoTooManyPixels),
    "bmp header of 10 gigapixels": Bad(lambda: bmp_header(100_000, 100_000), PhotoTooManyPixels),
    "bmp header of 81 megapixels, upside down": Bad(lambda: bmp_header(9_000, -9_000), PhotoCorrupt),
    "raw cut within its sensor's data": Bad(lambda: make.dng(cat((90, 60)), preview=False)[:-4000], PhotoCorrupt),
    "raw with a preview over the limit": Bad(lambda: make.dng(cat((90, 60))), PhotoTooManyPixels, TINY),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_is_refused_quickly(case: Bad) -> None:
    data = case.data()
    began = time.process_time()
    with pytest.raises(case.error) as caught:
        decode(data, PLAIN, case.limits)
    assert time.process_time() - began < SECONDS
    assert caught.value.permanent
    assert caught.value.detail.endswith(".")


def test_a_jpeg_has_two_and_a_half_times_the_pixels_of_other_formats() -> None:
    halved = PLAIN.model_copy(update={"decode_long_side": 20})
    assert decode(saved(cat((50, 50)), "JPEG"), halved, TINY).facts.width == 50
    for data in (saved(cat((51, 50)), "JPEG"), saved(cat((50, 50)), "PNG")):
        with pytest.raises(PhotoTooManyPixels):
            decode(data, halved, TINY)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_every_format_is_counted_before_it_is_decoded(picture, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    monkeypatch.setattr(Image.Image, "load", decoded.append)
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    with pytest.raises(PhotoTooManyPixels):
        decode(picture.read_bytes(), PLAIN, TINY)
    assert decoded == []


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_file_cut_short_is_broken(picture, share: float) -> None:
    """Of a DNG everything needed comes first: cut within its preview."""
    data = picture.read_bytes()
    if picture.stem == "dng":
        data = data[: data.index(b"\xff\xd9")]
    with pytest.raises((PhotoCorrupt, PhotoNoPreview)):
        decode(data[: int(len(data) * share)], PLAIN)


def test_a_raw_cut_short_never_shows_what_lay_in_memory_before() -> None:
    """LibRaw fills the missing end of a preview with stale memory: here, with the photo decoded just before."""
    whole = make.dng(cat((240, 160)))
    cut = whole[: whole.index(b"\xff\xd9") - 1]
    for _ in range(20):
        decode(whole, PLAIN)
        with pytest.raises((PhotoCorrupt, PhotoNoPreview)):
            decode(cut, PLAIN)


def test_a_polyglot_is_decoded_as_what_it_begins_as() -> None:
    archive = saved(cat(), "PNG") + b"PK\x03\x04 and the rest of a zip archive"
    assert decode(archive, PLAIN).facts.format == "png"


def test_frames_in_huge_numbers_are_not_walked_for_long() -> None:
    """A GIF of 400,000 one-pixel frames in 8 MB: Pillow's own count takes most of a minute."""
    photo = saved(cat((8, 8)), "GIF")
    frame = b"\x2c" + bytes(4) + b"\x01\0\x01\0\0" + b"\x02\x02\x44\x01\0"
    began = time.process_time()
    decoded = decode(photo[:-1] + frame * 400_000 + b";", PLAIN)
    assert time.process_time() - began < SECONDS
    assert decoded.facts.notes == ("first frame of 10000 or more",)


def test_a_tiff_whose_pages_run_in_a_circle_ends() -> None:
    data = bytearray(saved(cat((8, 8)), "TIFF"))
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    data[start + 2 + 12 * count : start + 6 + 12 * count] = data[4:8]
    assert decode(bytes(data), PLAIN).facts.frames == 1


def test_pillows_pixel_warning_stays_inside() -> None:
    """90 megapixels are over Pillow's own limit and under ours; warnings are errors in this suite."""
    filters = list(warnings.filters)
    assert decode(png_bomb(9_500), PLAIN).pixels.shape == (960, 960, 3)
    assert list(warnings.filters) == filters
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_bomb_costs_no_memory() -> None:
    """1.1 gigapixels of one colour, refused by a fresh process within 30 MB of what it had before."""
    code = """
        import sys
        from critic_core.contracts.errors import PhotoTooManyPixels
        from critic_core.contracts.manifest import Preprocessing
        from critic_core.imaging.decode import decode
        data, before = sys.stdin.buffer.read(), peak()
        try:
            decode(data, Preprocessing())
        except PhotoTooManyPixels:
            print(peak() - before)
    """
    (grown,) = printed_by(code, png_bomb(33_000, rows=300))
    assert grown < 30
