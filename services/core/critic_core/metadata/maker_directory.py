"""Directories of EXIF and of maker notes, whose values lie at offsets from various origins.

Source: MakerNotes.pm of ExifTool 12.57.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from critic_core.metadata.embedded import exif_block
from critic_core.metadata.tiff import EXIF_DIRECTORY, ORDERS, Bytes

_MAKER_NOTE = 0x927C
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)  # bytes of a type
_SHORT = 3
_MAX_ENTRIES, _MAX_TEXT, _MAX_VALUE = 512, 256, 1 << 16


@dataclass(frozen=True)
class Entry:
    """Type, start and bytes of a value."""

    kind: int
    start: int
    size: int


@dataclass(frozen=True)
class Directory:
    """A directory of `data`; offsets count from `base`. Its methods raise struct.error outside the data."""

    data: Bytes
    order: str
    base: int
    entries: Mapping[int, Entry]

    def numbers(self, tag: int, letter: str) -> tuple[int, ...]:
        """The value as numbers of a letter of `struct`; none where absent."""
        value = self.value(tag)
        count = len(value) // struct.calcsize(f"{self.order}{letter}")
        return struct.unpack(f"{self.order}{count}{letter}", value)

    def letter(self, tag: int) -> str:
        """Of `struct`, for a whole number that may be short or long."""
        return "H" if tag in self.entries and self.entries[tag].kind == _SHORT else "L"

    def value(self, tag: int) -> bytes:
        """Bytes; none where absent, or longer than any value that is read."""
        entry = self.entries.get(tag)
        return bytes(self.data[entry.start : entry.start + entry.size]) if entry and entry.size <= _MAX_VALUE else b""

    def text(self, tag: int) -> str:
        """Text up to its zero."""
        return self.value(tag)[:_MAX_TEXT].partition(b"\0")[0].decode("ascii", "replace").strip()

    def directory_at(self, tag: int) -> "Directory | None":
        """The directory that a value points to, or is."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        (start,) = self.numbers(tag, "L") if entry.size == 4 else (entry.start - self.base,)
        return _directory(self.data, self.order, self.base, self.base + start)


def read_directory(tiff: Bytes) -> Directory | None:
    """The first directory after a TIFF header; None without one. Raises struct.error for malformed bytes."""
    order = ORDERS.get(bytes(tiff[:2]))
    return _directory(tiff, order, 0, struct.unpack_from(f"{order}L", tiff, 4)[0]) if order else None


def exif_directories(data: Bytes) -> tuple[Directory, Directory] | None:
    """The first directory and that of EXIF, of a photo or an EXIF block; None without. Raises struct.error as above."""
    block = exif_block(data)
    first = read_directory(block) if block else None
    exif = first.directory_at(EXIF_DIRECTORY) if first else None
    return (first, exif) if first and exif else None


def maker_directory(exif: Directory) -> Directory | None:
    """The maker note of an EXIF directory; None without one. Raises struct.error for malformed bytes."""
    entry = exif.entries.get(_MAKER_NOTE)
    if entry is None:
        return None
    data, at, head = exif.data, entry.start, bytes(exif.data[entry.start : entry.start + 16])
    if head.startswith(b"Nikon\0\2"):
        return _directory_after(data, at + 10, at + 10, at + 18)
    if head.startswith(b"FUJIFILM"):
        return _directory(data, "<", at, at + struct.unpack_from("<L", data, at + 8)[0])
    if head.startswith((b"OLYMPUS\0", b"OM SYSTEM\0")):
        order_at = at + (8 if head.startswith(b"OLYMPUS") else 12)
        return _directory_after(data, order_at, at, order_at + 4)
    start = at + 12 if head.startswith((b"SONY ", b"Panasonic")) else at
    return _directory(data, exif.order, exif.base, start)


def _directory_after(data: Bytes, order_at: int, base: int, start: int) -> Directory | None:
    """A directory with an order of bytes of its own."""
    order = ORDERS.get(bytes(data[order_at : order_at + 2]))
    return _directory(data, order, base, start) if order else None


def _directory(data: Bytes, order: str, base: int, start: int) -> Directory:
    count = min(struct.unpack_from(f"{order}H", data, start)[0], _MAX_ENTRIES)
    entries = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(f"{order}HHL", data, at)
        size = values * (_SIZES[kind] if kind < len(_SIZES) else 0)
        begin = at + 8 if size <= 4 else base + struct.unpack_from(f"{order}L", data, at + 8)[0]
        if size > 0:
            entries[tag] = Entry(kind, begin, size)
    return Directory(data, order, base, entries)
