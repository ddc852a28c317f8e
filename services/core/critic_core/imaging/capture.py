"""Time and camera settings of a photo, from EXIF, never the place. A malformed tag counts as absent.

Source: CIPA DC-008 (Exif 3.0), 4.6; Canon CR3: github.com/lclevy/canon_cr3.
"""

import math
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, JpegImagePlugin

from critic_core.contracts.critique import Capture

_EXIF_DIRECTORY = 0x8769
_MAKER, _MODEL = 0x010F, 0x0110
_EXPOSURE, _F_NUMBER, _ISO = 0x829A, 0x829D, 0x8827
_TAKEN, _DIGITIZED, _SUBSECONDS = 0x9003, 0x9004, 0x9291
_BIAS, _DISTANCE, _FOCAL = 0x9204, 0x9206, 0x920A
_LONGEST_NAME = 64
_HEAD_BYTES = 4 << 20  # where RAW files keep their directories
_EARLIEST = 1990  # earlier years come from unset clocks and scans

Tags = Mapping[int, Any]


def capture_of(image: Image.Image) -> Capture | None:
    """The capture data of an opened image; None without any."""
    try:
        return _capture(_tags(image.getexif()))
    except Exception:  # noqa: BLE001 - Pillow's EXIF parser raises various exceptions on malformed EXIF
        return None


def capture_of_raw(data: bytes) -> Capture | None:
    """The capture data in the directories of a camera RAW file; None without any."""
    try:
        return _capture(_raw_tags(data[:_HEAD_BYTES]))
    except Exception:  # noqa: BLE001 - as above
        return None


def capture_of_block(tiff: bytes) -> Capture | None:
    """The capture data of an EXIF block that begins with its TIFF header; None without any."""
    try:
        return _capture(_block(tiff))
    except Exception:  # noqa: BLE001 - as above
        return None


def _raw_tags(head: bytes) -> Tags:
    if head.startswith(b"FUJIFILMCCD-RAW"):
        start, length = struct.unpack_from(">II", head, 84)
        return _tags(JpegImagePlugin.JpegImageFile(BytesIO(head[start : start + length])).getexif())
    if head[4:12] == b"ftypcrx ":
        return {**_block(_box(head, b"CMT1")), **_block(_box(head, b"CMT2"))}
    return _block(head)


def _box(head: bytes, name: bytes) -> bytes:
    """The content of the first box named `name` (ISO base media file format)."""
    at = head.index(name)
    size = int.from_bytes(head[at - 4 : at], "big")
    return head[at + 4 : at - 4 + size]


def _block(tiff: bytes) -> Tags:
    """Tags of a TIFF header whose magic number is not 42 (Olympus, Panasonic)."""
    magic = b"*\0" if tiff[:2] == b"II" else b"\0*"
    exif = Image.Exif()
    exif.load(tiff[:2] + magic + tiff[4:])
    return _tags(exif)


def _tags(exif: Image.Exif) -> Tags:
    return {**exif, **exif.get_ifd(_EXIF_DIRECTORY)}


def _capture(tags: Tags) -> Capture | None:
    capture = Capture(
        taken_at=_taken(tags),
        exposure_seconds=_number(tags.get(_EXPOSURE), 1e-7, 1e5),
        f_number=_number(tags.get(_F_NUMBER), 0.3, 1000),
        iso=_number(tags.get(_ISO), 0.1, 1e8),
        exposure_bias_ev=_number(tags.get(_BIAS), -20, 20),
        focal_length_mm=_number(tags.get(_FOCAL), 0.1, 1e5),
        focus_distance_m=_number(tags.get(_DISTANCE), 1e-4, 1e6),
        camera=_camera(tags),
    )
    return capture if capture != Capture() else None


def _taken(tags: Tags) -> datetime | None:
    """Local time of the camera. Many cameras record no time zone, so the result never has a time zone."""
    for tag in (_TAKEN, _DIGITIZED):
        try:
            time = datetime.strptime(_text(tags.get(tag)), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - EXIF time has no zone
        except ValueError:
            continue
        digits = _text(tags.get(_SUBSECONDS))
        part = float(f"0.{digits}") if digits.isascii() and digits.isdigit() else 0.0
        return time + timedelta(seconds=part) if time.year >= _EARLIEST else None
    return None


def _camera(tags: Tags) -> str | None:
    maker, model = _text(tags.get(_MAKER)), _text(tags.get(_MODEL))
    whole = model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()
    return whole[:_LONGEST_NAME].strip() or None


def _text(value: object) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return "".join(letter for letter in text.partition("\0")[0] if letter.isprintable()).strip()


def _number(value: object, least: float, most: float) -> float | None:
    """The (first) number within a plausible range; else None."""
    first = value[0] if isinstance(value, tuple) and value else value
    try:
        number = float(first)  # type: ignore[arg-type]  # non-numbers raise
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and least <= number <= most else None
