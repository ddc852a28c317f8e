"""EXIF is found by its marks, whatever bytes spell them."""

import struct

import pytest

from critic_core.metadata.embedded import exif_block

TIFF = b"II*\0\x08\0\0\0"
JPEG = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(TIFF) + 8) + b"Exif\0\0" + TIFF


class CountedBytes(bytes):
    """Bytes that count the copies made of them."""

    copied = 0

    def __getitem__(self, key: "slice") -> bytes:  # type: ignore[override]
        CountedBytes.copied += len(found := super().__getitem__(key))
        return found


@pytest.mark.parametrize("mark", [b"eXIf", b"EXIF\x08\0\0\0", b"EXIF\x0e\0\0\0Exif\0\0", b"CMT1"])
def test_the_header_behind_a_mark(mark: bytes) -> None:
    assert exif_block(b"eXIf EXIF " + mark + TIFF) == TIFF


def test_pixels_that_spell_a_mark_are_not_copied() -> None:
    assert exif_block(CountedBytes(b"eXIf" * 1000)) is None
    assert CountedBytes.copied < 100


@pytest.mark.parametrize(("start", "expected"), [(0, None), (100, TIFF)])
def test_a_raf_file_states_the_exif_of_its_preview_alone(start: int, expected: bytes | None) -> None:
    head = b"FUJIFILMCCD-RAW".ljust(84, b"\0") + struct.pack(">II", start, 1 << 20)
    assert exif_block(head.ljust(100, b"\0") + JPEG) == expected
