"""Types are found from bytes."""

import struct
import subprocess
import sys

import pytest
from tests.data import make
from tests.support.photos import DATA, cat, saved

from critic_core.contracts.errors import PhotoEmpty, PhotoUnsupported
from critic_core.imaging.formats import FORMATS, SNIFF_BYTES, sniff
from critic_core.imaging.readers import READERS

PICTURES = sorted((DATA / "formats").iterdir())


def tiff(order: str, *entries: tuple[int, int, bytes | int]) -> bytes:
    """A TIFF header and its first directory; a text lies behind it."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    table, extra, behind = struct.pack(order + "H", len(entries)), b"", 8 + 2 + 12 * len(entries) + 4
    for tag, kind, value in entries:
        if isinstance(value, int):
            table += struct.pack(order + "HHLL", tag, kind, 1, value)
        else:
            table += struct.pack(order + "HHLL", tag, kind, len(value), behind + len(extra))
            extra += value
    return magic + struct.pack(order + "L", 8) + table + bytes(4) + extra


def camera(order: str, make_: bytes) -> bytes:
    return tiff(order, (254, 4, 1), (271, 2, make_), (330, 4, 999))


HEADS = [
    ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    ("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ("webp", b"RIFF\x10\x00\x00\x00WEBPVP8 "),
    ("gif", b"GIF87a\x01\x00"),
    ("gif", b"GIF89a\x01\x00"),
    ("bmp", b"BM" + bytes(12) + b"\x28\0\0\0"),
    ("avif", b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf"),
    ("avif", b"\0\0\0\x1cftypavis\0\0\0\0avifmif1"),
    ("avif", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif"),
    ("heic", b"\0\0\0\x18ftypmif2\0\0\0\0mif2heic"),
    ("heic", b"\0\0\0\x18ftypavci\0\0\0\0mif1avci"),
    ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    ("heic", b"\0\0\0\x18ftypheix\0\0\0\0mif1heix"),
    ("heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"),
    ("cr3", b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"),
    ("raf", b"FUJIFILMCCD-RAW 0201FF389501"),
    ("orf", b"IIRO\x08\0\0\0"),
    ("orf", b"IIRS\x08\0\0\0"),
    ("orf", b"MMOR\0\0\0\x08"),
    ("rw2", b"IIU\0\x18\0\0\0"),
    ("cr2", b"II*\0\x10\0\0\0CR\x02\0"),
    ("dng", tiff("<", (50706, 1, 0x0401))),
    ("nef", camera(">", b"NIKON CORPORATION\0")),
    ("nef", camera("<", b"NIKON\0")),
    ("arw", camera("<", b"SONY\0")),
    ("pef", camera(">", b"PENTAX Corporation\0")),
    ("pef", tiff(">", (262, 3, 32803 << 16), (271, 2, b"PENTAX\0"))),
    ("srw", camera("<", b"SAMSUNG\0")),
    ("3fr", camera("<", b"Hasselblad\0")),
    ("erf", camera(">", b"SEIKO EPSON CORP.\0")),
    ("mef", camera("<", b"Mamiya\0")),
    ("mos", camera(">", b"Leaf\0")),
    ("iiq", camera("<", b"Phase One A/S\0")),
    ("dcr", camera("<", b"EASTMAN KODAK COMPANY\0")),
    (
        "dng",
        b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0" + struct.pack("<HHQQ", 50706, 1, 4, 0x0401) + bytes(8),
    ),
    ("jxl", b"\xff\x0a\xfa\x1f"),
    ("jxl", b"\0\0\0\x0cJXL \r\n\x87\n"),
    ("tiff", b"II*\0\x08\0\0\0"),
    ("tiff", b"MM\0*\0\0\0\x08"),
    ("tiff", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"),
    ("tiff", tiff("<", (254, 4, 0), (271, 2, b"NIKON CORPORATION\0"), (330, 4, 999))),
    ("tiff", tiff(">", (271, 2, b"SONY\0"))),
]

OTHER_FILE_TYPES = [
    (b"%PDF-1.7\n", "PDF"),
    (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (b"\xef\xbb\xbf <svg/>", "SVG"),
    (b"<!DOCTYPE html><title>No such photo</title>", "HTML"),
    (b"\n<HTML><body>", "HTML"),
    (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "video"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
    (b"\0\0\0\x08wide\0\0\0\0mdat", "video"),
    (b"RIFF\0\0\0\0AVI LIST", "video"),
    (b"RIFF\0\0\0\0WAVEfmt ", "sound"),
    (b"PK\x03\x04\x14\0", "zip"),
    (b"8BPS\0\x01", "Photoshop"),
    (b"FOVb\0\0\3\0", "Sigma"),
    (b"\x1aE\xdf\xa3", "video"),
]


@pytest.mark.parametrize(("name", "head"), HEADS, ids=[f"{name}-{at}" for at, (name, _) in enumerate(HEADS)])
def test_a_format_is_recognised_by_its_first_bytes(name: str, head: bytes) -> None:
    assert sniff(head).name == name


def test_every_format_has_a_head_in_this_table() -> None:
    assert {name for name, _ in HEADS} == set(FORMATS)


@pytest.mark.parametrize(("head", "said"), OTHER_FILE_TYPES)
def test_a_stranger_is_refused_by_its_name(head: bytes, said: str) -> None:
    with pytest.raises(PhotoUnsupported, match=said):
        sniff(head)


@pytest.mark.parametrize("head", [b"\0", b"BM is how this text begins, and more", b"\xff\xd8", b"hello", bytes(5000)])
def test_anything_else_is_refused_with_what_we_read(head: bytes) -> None:
    with pytest.raises(PhotoUnsupported, match="JPEG, PNG"):
        sniff(head)


def test_nothing_at_all_is_empty() -> None:
    with pytest.raises(PhotoEmpty):
        sniff(b"")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_each_picture_is_what_its_name_says(picture) -> None:
    known = sniff(picture.read_bytes()[:SNIFF_BYTES])
    assert (known.name, picture.suffix in known.extensions) == (picture.stem, True)


def test_registry_readers_and_pictures_agree() -> None:
    """A new format comes with a reader and a picture; a dropped one takes them along."""
    found = {known.reader for known in FORMATS.values()}
    assert found == set(READERS)
    assert found == {FORMATS[picture.stem].reader for picture in PICTURES}


def test_a_raw_file_with_a_distant_directory_is_recognised_by_the_whole_file() -> None:
    shallow = make.dng(cat((90, 60)))
    moved = shallow[:4] + struct.pack("<L", len(shallow)) + shallow[8:] + shallow[8:400]
    assert sniff(moved[:SNIFF_BYTES]).name == "tiff"
    assert sniff(moved).name == "dng"


def test_a_polyglot_is_what_it_begins_as() -> None:
    """A GIF that is also a zip archive, a JPEG with a web page in its tail: the first bytes decide."""
    assert sniff(saved(cat((9, 6)), "GIF") + b"PK\x03\x04").name == "gif"
    assert sniff(saved(cat((9, 6)), "JPEG") + b"<html>").name == "jpeg"


def test_sniffing_needs_neither_pillow_nor_numpy() -> None:
    """The gateway imports this module, and never decodes."""
    code = (
        "import sys, critic_core.imaging.formats; print(*{'PIL', 'numpy', 'rawpy', 'pillow_heif'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
