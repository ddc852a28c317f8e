"""The serial number of a camera that states it in its maker note alone: Canon and Nikon before EXIF 2.3.

Source: the tables of ExifTool 12.57 (Canon SerialNumber, Nikon SerialNumber).
"""

import struct

from critic_core.metadata.maker_directory import Directory, exif_directories, maker_directory
from critic_core.metadata.tiff import Bytes

_MAKER, _CANON_SERIAL, _NIKON_SERIAL = 0x010F, 0x0C, 0x1D


def maker_serial(data: Bytes) -> str | None:
    """None without one."""
    try:
        found = exif_directories(data)
        notes = maker_directory(found[1]) if found else None
        return _serial(found[0].text(_MAKER).upper(), notes) if found and notes else None
    except (struct.error, ValueError, IndexError):  # malformed EXIF
        return None


def _serial(maker: str, notes: Directory) -> str | None:
    if maker.startswith("CANON"):
        number = next(iter(notes.numbers(_CANON_SERIAL, "L")), 0)
        return str(number) if number else None
    return notes.text(_NIKON_SERIAL) or None if maker.startswith("NIKON") else None
