"""The main picture of HEIF and AVIF: its crop, and the true reason of a refusal."""

import struct

import pytest
from tests.support.photos import PLAIN

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging.decode import decode
from critic_core.imaging.heif_items import crop_of_main, reason_of_refusal


def box(name: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">L", 8 + len(body)) + name + body


def heif(kind: bytes, *properties: bytes, twin: bool = False) -> bytes:
    """The boxes of a file with one item."""
    infe = box(b"infe", b"\2\0\0\0", struct.pack(">HH", 1, 0), kind, b"\0")
    indices = bytes(range(1, len(properties) + 1))
    ipma = box(b"ipma", bytes(4), struct.pack(">LHB", 1, 1, len(indices)), indices)
    iprp = box(b"iprp", box(b"ipco", *properties), ipma, ipma if twin else b"")
    pitm = box(b"pitm", bytes(4), struct.pack(">H", 1))
    meta = box(b"meta", bytes(4), pitm, box(b"iinf", bytes(4), struct.pack(">H", 1), infe), iprp)
    return box(b"ftyp", b"mif1\0\0\0\0mif1heic") + meta


def clap(width: int, height: int, across: int, down: int) -> bytes:
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, across, 2, down, 2))


def test_a_clean_aperture_lies_around_the_middle_plus_its_offset() -> None:
    assert crop_of_main(heif(b"av01", clap(40, 20, -20, 10)), (100, 60)) == (20, 25, 60, 45)
    assert crop_of_main(heif(b"av01", clap(400, 20, 0, 0)), (100, 60)) is None
    assert crop_of_main(heif(b"av01"), (100, 60)) is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [(b"lhv1", "layered HEVC"), (b"avc1", "H.264"), (b"iden", "version of another"), (b"xyz1", "xyz1")],
)
def test_a_picture_of_another_codec_is_called_by_its_name(kind: bytes, name: str) -> None:
    with pytest.raises(PhotoUnsupported, match=name):
        decode(heif(kind), PLAIN)


def test_a_sequence_without_a_still_picture_is_called_one() -> None:
    with pytest.raises(PhotoUnsupported, match="sequence"):
        decode(box(b"ftyp", b"hevc\0\0\0\0hevcmsf1") + box(b"moov", b""), PLAIN)


def test_a_broken_rule_is_named() -> None:
    with pytest.raises(PhotoCorrupt, match="ipma"):
        decode(heif(b"hvc1", twin=True), PLAIN)


def test_without_a_better_reason_there_is_none() -> None:
    assert reason_of_refusal(heif(b"hvc1")) is None
