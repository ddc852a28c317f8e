"""Time, camera settings and rating of a photo, from EXIF, then XMP; never the place. A malformed tag counts as absent.

Source: CIPA DC-008 (Exif 3.0), 4.6; Canon CR3: github.com/lclevy/canon_cr3.
"""

import math
import struct
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image, JpegImagePlugin

from critic_core.contracts.critique import AfArea, Capture
from critic_core.metadata.af_area import af_area
from critic_core.metadata.dates import parse_date, parse_time
from critic_core.metadata.embedded import exif_block, xmp_packet
from critic_core.metadata.maker_serial import maker_serial
from critic_core.metadata.namespaces import CRITIC, EXIF, PHOTOSHOP, XMP
from critic_core.metadata.stated_choice import exif_rating, first_stated, of_properties
from critic_core.metadata.xmp import Properties, read_xmp

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_MAKER, _MODEL = 0x010F, 0x0110
_EXPOSURE, _F_NUMBER, _ISO = 0x829A, 0x829D, 0x8827
_LENS, _SERIALS = 0xA434, (0xA431, 0xC62F)  # of the body: EXIF, DNG
_RATING, _RATING_PERCENT = 0x4746, 0x4749
_TIMES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292), (0x0132, 0x9010, 0x9290))
"""Time, zone and fraction: of the exposure, of digitizing, of the last change."""
_GPS_TIME, _GPS_DATE = 7, 29
_XMP_TIMES = (f"{{{EXIF}}}DateTimeOriginal", f"{{{PHOTOSHOP}}}DateCreated", f"{{{XMP}}}CreateDate")
_PNG_TIMES = ("Creation Time", "CreationTime")
_BIAS, _DISTANCE, _FOCAL = 0x9204, 0x9206, 0x920A
_LONGEST_NAME = 64
_HEAD_BYTES = 4 << 20  # where RAW files keep their directories

Tags = Mapping[int, Any]


def capture_of(image: Image.Image, data: bytes = b"") -> Capture | None:
    """The capture data of an opened image and of the bytes of its file; None without any."""
    try:
        tags = {**_png_times(image), **_tags(image.getexif())}
    except Exception:  # noqa: BLE001 - Pillow's EXIF parser raises various exceptions on malformed EXIF
        tags = {}
    try:
        xmp, block = _xmp(data), exif_block(data) or b""
        return _capture(tags, xmp, af_area(block, image.size, _camera_orientation(xmp)), maker_serial(block))
    except Exception:  # noqa: BLE001 - Pillow's EXIF parser raises various exceptions on malformed EXIF
        return None


def capture_of_raw(data: bytes) -> Capture | None:
    """The capture data in the directories of a camera RAW file; None without any."""
    try:
        head = data[:_HEAD_BYTES]
        return _capture(_raw_tags(head), _xmp(data), af_area(head), maker_serial(head))
    except Exception:  # noqa: BLE001 - as above
        return None


def capture_of_block(tiff: bytes, data: bytes) -> Capture | None:
    """The capture data of an EXIF block that begins with its TIFF header, and of its file; None without any."""
    try:
        return _capture(_block(tiff), _xmp(data), af_area(tiff), maker_serial(tiff))
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
    gps = exif.get_ifd(_GPS_DIRECTORY)  # its clock alone
    return {**exif, **exif.get_ifd(_EXIF_DIRECTORY), **{tag: gps[tag] for tag in (_GPS_TIME, _GPS_DATE) if tag in gps}}


def _png_times(image: Image.Image) -> dict[int, Any]:
    """The creation time of a PNG's text, as if it were the time of the last change."""
    text = next((image.info[name] for name in _PNG_TIMES if name in image.info), None)
    return {_TIMES[-1][0]: text} if isinstance(text, str) else {}


def _xmp(data: bytes) -> Properties:
    packet = xmp_packet(data)
    return read_xmp(packet) if packet else {}


def _camera_orientation(xmp: Properties) -> int | None:
    """Of the original of a photo that the page downscaled, and turned upright."""
    text = next(iter(xmp.get(f"{{{CRITIC}}}orientation", ())), "")
    return int(text) if text in {"2", "3", "4", "5", "6", "7", "8"} else None


def _capture(tags: Tags, xmp: Properties, area: AfArea | None, serial: str | None) -> Capture | None:
    serials = (*map(_text, map(tags.get, _SERIALS)), serial)
    said = first_stated((of_properties(xmp), exif_rating(tags.get(_RATING), tags.get(_RATING_PERCENT))))
    capture = Capture(
        taken_at=_taken(tags, xmp),
        exposure_seconds=_number(tags.get(_EXPOSURE), 1e-7, 1e5),
        f_number=_number(tags.get(_F_NUMBER), 0.3, 1000),
        iso=_number(tags.get(_ISO), 0.1, 1e8),
        exposure_bias_ev=_number(tags.get(_BIAS), -20, 20),
        focal_length_mm=_number(tags.get(_FOCAL), 0.1, 1e5),
        focus_distance_m=_number(tags.get(_DISTANCE), 1e-4, 1e6),
        camera=_camera(tags),
        lens=_text(tags.get(_LENS))[:_LONGEST_NAME] or None,
        serial_number=next((number[:_LONGEST_NAME] for number in serials if number), None),
        rating=said.xmp_rating,
        af_area=area,
    )
    return capture if capture != Capture() else None


def _taken(tags: Tags, xmp: Properties) -> datetime | None:
    """The time of the exposure, else the best substitute; aware where the file says its zone."""
    exposure, *later = (
        parse_time(_text(tags.get(time)), _text(tags.get(zone)), _text(tags.get(fraction)))
        for time, zone, fraction in _TIMES
    )
    xmp_texts = [values[0] for values in (xmp.get(name) for name in _XMP_TIMES) if values]
    times = (exposure, *map(parse_time, xmp_texts), *later, _gps_time(tags))
    dates = map(parse_date, [_text(tags.get(_TIMES[0][0])), *xmp_texts, _text(tags.get(_TIMES[-1][0]))])
    return next((time for time in (*times, *dates) if time is not None), None)


def _gps_time(tags: Tags) -> datetime | None:
    try:
        hour, minute, second = (int(number) for number in tags[_GPS_TIME])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return parse_time(f"{_text(tags.get(_GPS_DATE))} {hour:02}:{minute:02}:{second:02}Z")


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
