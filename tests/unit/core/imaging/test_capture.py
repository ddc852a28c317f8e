"""When and how a photo was taken: from every format that can say it, sanely, and never where."""

import struct
from datetime import datetime
from typing import Any

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin
from tests.support.photos import DATA, PLAIN, cat, saved

from critic_core.contracts.critique import Capture
from critic_core.imaging.capture import capture_of_raw
from critic_core.imaging.decode import decode

EXIF, GPS = 0x8769, 0x8825
TAGS = {
    0x829A: 0.008, 0x829D: 2.8, 0x8827: 400, 0x9003: "2024:05:01 10:11:12", 0x9291: "25", 0x9204: -2.0, 0x9206: 1.5,
    0x920A: 35.0,
}  # fmt: skip
EXPECTED = Capture(
    taken_at=datetime(2024, 5, 1, 10, 11, 12, 250_000), exposure_seconds=0.008, f_number=2.8, iso=400,  # noqa: DTZ001
    exposure_bias_ev=-2, focal_length_mm=35, focus_distance_m=1.5, camera="Canon EOS R5",
)  # fmt: skip


def exif(tags: dict[int, Any] | None = None, maker: str = "Canon", model: str = "Canon EOS R5") -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x0110] = maker, model
    made.get_ifd(EXIF).update(TAGS if tags is None else tags)
    made.get_ifd(GPS).update({1: "N", 2: (59.0, 54.0, 50.0), 3: "E", 4: (10.0, 44.0, 20.0)})
    return made


def captured(data: bytes) -> Capture | None:
    return decode(data, PLAIN).facts.capture


def of(**by_name: Any) -> Capture | None:
    tags = {int(name[1:], 16): value for name, value in by_name.items()}
    return captured(saved(cat((32, 32)), "JPEG", exif=exif(tags, "", "")))


@pytest.fixture(autouse=True, scope="module")
def heif_can_be_written() -> None:
    pillow_heif.register_heif_opener()


def as_tiff() -> bytes:
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory[0x010F], directory[0x0110], directory[EXIF] = "Canon", "Canon EOS R5", TAGS
    return saved(cat((64, 48)), "TIFF", tiffinfo=directory)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_format_that_can_say_it(kind: str) -> None:
    capture = captured(as_tiff() if kind == "TIFF" else saved(cat((64, 48)), kind, exif=exif()))
    assert capture is not None
    for name, value in EXPECTED:
        assert getattr(capture, name) == (pytest.approx(value) if isinstance(value, float) else value)


def test_a_photo_that_says_nothing() -> None:
    assert captured(saved(cat((32, 32)), "JPEG")) is None


def test_the_place_is_never_read() -> None:
    facts = decode(saved(cat((32, 32)), "JPEG", exif=exif()), PLAIN).facts.model_dump_json()
    assert "59" not in facts
    assert "gps" not in facts.lower()


def test_raw_files_say_it_in_their_own_directories() -> None:
    block = exif().tobytes().removeprefix(b"Exif\0\0")
    panasonic = block[:2] + b"U\0" + block[4:] if block[:2] == b"II" else block
    canon = b"\0\0\0\x18ftypcrx " + bytes(8) + struct.pack(">I", len(block) + 8) + b"CMT1" + block
    canon += struct.pack(">I", len(block) + 8) + b"CMT2" + block
    jpeg = saved(cat((32, 32)), "JPEG", exif=exif())
    fuji = b"FUJIFILMCCD-RAW".ljust(84, b"\0") + struct.pack(">II", 92, len(jpeg)) + jpeg
    for raw in (block, panasonic, canon, fuji):
        capture = capture_of_raw(raw)
        assert capture is not None
        assert (capture.taken_at, capture.camera) == (EXPECTED.taken_at, EXPECTED.camera)


def test_a_real_raw_file_is_read() -> None:
    assert decode((DATA / "formats" / "dng.dng").read_bytes(), PLAIN).facts.format == "dng"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("x9003", "0000:00:00 00:00:00"), ("x9003", "2024:13:45 99:99:99"), ("x9003", "yesterday"), ("x9003", ""),
        ("x9003", "1970:01:01 00:00:00"), ("x829a", -1.0), ("x829a", 0.0), ("x9204", 99.0), ("x829d", 0.0),
    ],
)  # fmt: skip
def test_impossible_values_are_ignored(tag: str, value: object) -> None:
    assert of(**{tag: value}) is None


def test_names_are_short_and_printable() -> None:
    capture = captured(saved(cat((32, 32)), "JPEG", exif=exif({}, "Evil\x07\x1b[31m", "X" * 500)))
    assert capture is not None
    assert capture.camera is not None
    assert capture.camera.isprintable()
    assert len(capture.camera) <= 64


TIMES = [
    ({"x9003": "1958:12:24 18:00:00"}, "1958-12-24T18:00:00"),
    ({"x9003": "1975:07:14 12:00:00", "x9004": "2019:03:02 18:22:10"}, "1975-07-14T12:00:00"),
    ({"x9003": "2023-05-01T12:00:00"}, "2023-05-01T12:00:00"),
    ({"x9003": "2023:05:01 12:00:00+02:00"}, "2023-05-01T12:00:00+02:00"),
    ({"x9003": "2023:05:01 12:00:00", "x9011": "-04:00", "x9291": "5"}, "2023-05-01T12:00:00.500000-04:00"),
    ({"x9004": "2023:05:01 12:00:00", "x9292": "25"}, "2023-05-01T12:00:00.250000"),
    ({"x9003": "0000:00:00 00:00:00", "x9004": "2023:05:01 12:00:00"}, "2023-05-01T12:00:00"),
]


@pytest.mark.parametrize(("tags", "expected"), TIMES)
def test_times_as_they_stand_in_real_files(tags: dict[str, str], expected: str) -> None:
    capture = of(**tags)
    assert capture is not None
    assert capture.taken_at is not None
    assert capture.taken_at.isoformat() == expected


def test_the_time_of_the_last_change_and_of_the_satellites_are_better_than_none() -> None:
    changed, satellites = Image.Exif(), Image.Exif()
    changed[0x0132] = "2023:05:01 12:00:00"
    satellites.get_ifd(GPS).update({1: "N", 7: (10.0, 30.0, 15.0), 29: "2023:05:01"})
    times = [captured(saved(cat((32, 32)), "JPEG", exif=block)) for block in (changed, satellites)]
    assert [time.taken_at.isoformat() for time in times if time and time.taken_at] == [
        "2023-05-01T12:00:00", "2023-05-01T10:30:15+00:00",
    ]  # fmt: skip


def test_cameras_and_ratings() -> None:
    capture = of(xA431="012021000111", xA434="RF35mm")
    assert capture is not None
    assert (capture.serial_number, capture.lens, capture.rating) == ("012021000111", "RF35mm", None)
    rated = Image.Exif()
    rated[0x4746] = 5
    assert captured(saved(cat((32, 32)), "JPEG", exif=rated)) == Capture(rating=5)


@given(st.binary(max_size=400))
def test_broken_blocks_are_no_blocks(noise: bytes) -> None:
    for head in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"FUJIFILMCCD-RAW", b"\0\0\0\x18ftypcrx ", b""):
        capture = capture_of_raw(head + noise)
        assert capture is None or isinstance(capture, Capture)


@given(st.binary(max_size=300))
def test_a_broken_block_spoils_no_photo(noise: bytes) -> None:
    data = saved(cat((16, 16)), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + noise)
    assert decode(data, PLAIN).pixels.shape == (16, 16, 3)
