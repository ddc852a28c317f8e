"""EXIF is found by its marks, whatever bytes spell them."""

import struct

import pytest

from critic_core.metadata.embedded import exif_block

TIFF = b"II*\0\x08\0\0\0"
JPEG = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(TIFF) + 8) + b"Exif\0\0" + TIFF + b"\xff\xda\0\2"


class CountedBytes(bytes):
    """Bytes that count what is copied out of them."""

    copied = 0

    def __getitem__(self, key: "slice | int") -> bytes:  # type: ignore[override]
        found = bytes.__getitem__(self, key)
        assert isinstance(found, bytes)
        CountedBytes.copied += len(found)
        return found


@pytest.mark.parametrize(
    "marked",
    [b"eXIf" + TIFF, b"EXIF\x08\0\0\0" + TIFF, b"EXIF\x0e\0\0\0Exif\0\0" + TIFF, b"CMT1" + TIFF, b"eXIfeXIf" + TIFF],
)
def test_the_header_behind_a_mark(marked: bytes) -> None:
    assert exif_block(b"head eXIf EXIF " + marked) == TIFF


def test_pixels_that_spell_a_mark_are_not_copied() -> None:
    CountedBytes.copied = 0
    assert exif_block(CountedBytes(b"BM" + b"eXIf" * 1000)) is None
    assert CountedBytes.copied < 100


@pytest.mark.parametrize(("start", "expected"), [(0, None), (92, None), (100, TIFF)])
def test_a_raf_file_states_the_exif_of_its_preview_alone(start: int, expected: bytes | None) -> None:
    head = b"FUJIFILMCCD-RAW".ljust(84, b"\0") + struct.pack(">II", start, 1 << 20)
    assert exif_block(head.ljust(100, b"\0") + JPEG) == expected
