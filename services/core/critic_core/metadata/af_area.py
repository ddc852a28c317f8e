"""Where the camera focused: `SubjectArea` and `SubjectLocation` of EXIF, and the maker notes of six makers.

Source: the tables of ExifTool 12.57 (Canon AFInfo, AFInfo2; Nikon AFInfo2; Sony FocusLocation; FujiFilm FocusPixel;
Panasonic AFPointPosition; Olympus AFPointSelected, AFAreas), which the tests compare with.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from critic_core.contracts.critique import AfArea
from critic_core.metadata.maker_directory import Directory, exif_directories, maker_directory
from critic_core.metadata.tiff import Bytes

_MAKER, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112
_SUBJECT_AREA, _SUBJECT_LOCATION = 0x9214, 0xA214
_WIDTH, _HEIGHT = 0xA002, 0xA003  # of the pixels, in EXIF
_SAME_SHAPE = 0.03
_MIDDLE = 0.005  # share of a side
_TRANSPOSED = (5, 6, 7, 8)  # orientations

_MALFORMED = (struct.error, ValueError, ZeroDivisionError, IndexError)

Size = tuple[int, int]
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class _Area:
    """Corners in the coordinates of a frame of this width and height, as stored."""

    corners: Corners
    frame: tuple[float, float]


def af_area(data: Bytes, size: Size | None = None, orientation: int | None = None) -> AfArea | None:
    """The area in focus of an upright photo; `size`: of the pixels, where known, as stored or upright (TIFF, HEIC);
    `orientation`: of the camera's rows, if EXIF no longer states it.

    None where the camera states none, states the middle (as cameras do that know none), or where the pixels have
    another shape than the camera's frame: a program turned or cropped them.
    """
    try:
        found = exif_directories(data)
        return _upright_area(*found, size, orientation) if found else None
    except _MALFORMED:
        return None


def _upright_area(first: Directory, exif: Directory, size: Size | None, orientation: int | None) -> AfArea | None:
    area = _area(first, exif)
    orientation = orientation or next(iter(first.numbers(_ORIENTATION, "H")), 1)
    if area is None or (size is not None and not _has_shape(area.frame, size, orientation)):
        return None
    width, height = area.frame
    corners = (area.corners[0] / width, area.corners[1] / height, area.corners[2] / width, area.corners[3] / height)
    return None if _is_uninformative(corners) else _turned(corners, orientation)


def _area(first: Directory, exif: Directory) -> _Area | None:
    pixels = _pixels(exif)
    return _of_maker(first, exif, pixels) or _of_subject_area(exif, pixels)


def _of_maker(first: Directory, exif: Directory, pixels: tuple[float, float]) -> _Area | None:
    """Of a maker note; None without one, or with a malformed one."""
    maker = first.text(_MAKER).upper()
    read = next((read for name, read in _MAKERS.items() if maker.startswith(name)), None)
    try:
        notes = maker_directory(exif) if read else None
        return read(notes, pixels, first.text(_MODEL)) if read and notes else None
    except _MALFORMED:
        return None


def _pixels(exif: Directory) -> tuple[float, float]:
    """(1, 1) where EXIF has none: areas in pixels are then outside, and rejected."""
    sides = [next(iter(exif.numbers(tag, exif.letter(tag))), 1) for tag in (_WIDTH, _HEIGHT)]
    return float(sides[0]), float(sides[1])


def _of_subject_area(exif: Directory, pixels: tuple[float, float]) -> _Area | None:
    """A point, a circle, or a rectangle."""
    values = exif.numbers(_SUBJECT_AREA, "H") or exif.numbers(_SUBJECT_LOCATION, "H")
    if not 2 <= len(values) <= 4:
        return None
    sides = values[2:] * 2 if len(values) == 3 else values[2:] or (0, 0)
    return _centred(values[0], values[1], (sides[0], sides[1]), pixels)


def _of_sony(notes: Directory, _pixels: tuple[float, float], _model: str) -> _Area | None:
    values = notes.numbers(0x2027, "H")
    return _centred(values[2], values[3], (0, 0), (values[0], values[1])) if len(values) == 4 else None


def _of_fujifilm(notes: Directory, pixels: tuple[float, float], _model: str) -> _Area | None:
    values = notes.numbers(0x1023, "H")
    return _centred(values[0], values[1], (0, 0), pixels) if len(values) == 2 else None


def _of_panasonic(notes: Directory, pixels: tuple[float, float], _model: str) -> _Area | None:
    values = notes.numbers(0x4D, "L")
    if len(values) != 4:
        return None
    return _centred(values[0] / values[1] * pixels[0], values[2] / values[3] * pixels[1], (0, 0), pixels)


def _of_olympus(notes: Directory, pixels: tuple[float, float], _model: str) -> _Area | None:
    settings = notes.directory_at(0x2020)
    if settings is None:
        return None
    selected = settings.numbers(0x305, "l")
    if len(selected) == 10 and all(selected[3::2]):
        shares = [over / under for over, under in zip(selected[2::2], selected[3::2], strict=True)]
    else:
        corners = [struct.pack(">L", value) for value in settings.numbers(0x304, "L") if value]
        shares = [value / 255 for value in _around([(c[0], c[1], c[2], c[3]) for c in corners])] if corners else []
    scaled = [share * pixels[at % 2] for at, share in enumerate(shares)]
    return _Area((scaled[0], scaled[1], scaled[2], scaled[3]), pixels) if scaled else None


def _of_canon(notes: Directory, _pixels: tuple[float, float], model: str) -> _Area | None:
    """The points in focus; from the middle, upwards for EOS."""
    newer = notes.numbers(0x26, "h")
    values = newer[2:] if newer else notes.numbers(0x12, "h")
    count, frame, lists = values[0], (values[4], values[5]), values[6:]
    if newer:
        widths, heights, lists = lists[:count], lists[count : 2 * count], lists[2 * count :]
    else:
        widths, heights, lists = lists[:1] * count, lists[1:2] * count, lists[2:]
    across, down, bits = lists[:count], lists[count : 2 * count], lists[2 * count :]
    upwards = -1 if "EOS" in model else 1
    focused = [at for at in range(min(count, values[1])) if bits[at // 16] >> (at % 16) & 1]
    areas = [
        _centred(frame[0] / 2 + across[at], frame[1] / 2 + upwards * down[at], (widths[at], heights[at]), frame)
        for at in focused
    ]
    return _Area(_around([area.corners for area in areas]), frame) if areas else None


def _of_nikon(notes: Directory, _pixels: tuple[float, float], _model: str) -> _Area | None:
    """Contrast detection and mirrorless bodies: the points of phase detection in a mirror box have names alone."""
    info = notes.value(0xB7)
    start = next((start for version, start in _NIKON_STARTS.items() if info.startswith(version)), None)
    if start is None:
        return None
    width, height, x, y, wide, high = struct.unpack_from(f"{notes.order}6H", info, start)
    return _centred(x, y, (wide, high), (width, height)) if x and y else None


_NIKON_STARTS = {b"0100": 0x10, b"0101": 0x46, b"03": 0x2A, b"04": 0x3E}
"""Version → where width and height of the frame begin."""
_MAKERS: Mapping[str, Callable[[Directory, tuple[float, float], str], _Area | None]] = {
    "CANON": _of_canon,
    "NIKON": _of_nikon,
    "SONY": _of_sony,
    "FUJIFILM": _of_fujifilm,
    "PANASONIC": _of_panasonic,
    "OLYMPUS": _of_olympus,
    "OM DIGITAL": _of_olympus,
}


def _centred(x: float, y: float, size: tuple[float, float], frame: tuple[float, float]) -> _Area:
    return _Area((x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2), frame)


def _around(boxes: list[Corners]) -> Corners:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _has_shape(frame: tuple[float, float], size: Size, orientation: int) -> bool:
    sizes = (size, size[::-1]) if orientation in _TRANSPOSED else (size,)
    return any(abs(frame[0] * height / (frame[1] * width) - 1) <= _SAME_SHAPE for width, height in sizes)


def _is_uninformative(corners: Corners) -> bool:
    """In the middle, or outside."""
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    in_middle = abs(x - 0.5) < _MIDDLE and abs(y - 0.5) < _MIDDLE
    return in_middle or not (0 < x < 1 and 0 < y < 1)


def _turned(corners: Corners, orientation: int) -> AfArea:
    """Of the stored rows → of the upright photo."""
    points = _turn(corners[0], corners[1], orientation), _turn(corners[2], corners[3], orientation)
    (left, right), (top, bottom) = (
        sorted(min(1.0, max(0.0, value)) for value in axis) for axis in zip(*points, strict=True)
    )
    return AfArea(left=round(left, 4), top=round(top, 4), width=round(right - left, 4), height=round(bottom - top, 4))


def _turn(x: float, y: float, orientation: int) -> tuple[float, float]:
    if orientation in _TRANSPOSED:
        x, y = y, x
    return (1 - x if orientation in (2, 3, 6, 7) else x), (1 - y if orientation in (3, 4, 7, 8) else y)
