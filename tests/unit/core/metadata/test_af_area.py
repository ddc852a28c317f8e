"""Where cameras focused, in files with maker notes made here. ExifTool reads the same values from them."""

import json
import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from tests.support.missing import service_missing
from tests.support.photos import PLAIN, saved

from critic_core.contracts.critique import AfArea
from critic_core.imaging.decode import decode
from critic_core.metadata.af_area import af_area
from critic_core.metadata.maker_serial import maker_serial

SIZE = (600, 400)
EXIF_AT, NOTE_AT = 200, 512
SECRET = b"Lofoten"
"""A place in maker notes."""
ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_SHORT, SIGNED_RATIONAL, DIRECTORY = 2, 3, 4, 5, 7, 8, 10, 13

Entries = Mapping[int, tuple[int, int, bytes]]
"""Tag → type, count, value."""


def directory(order: str, entries: Entries, at: int) -> bytes:
    """A directory that lies `at` bytes after the origin of its offsets; large values follow."""
    rows, values, begin = b"", b"", at + 2 + 12 * len(entries) + 4
    for tag, (kind, count, value) in sorted(entries.items()):
        inside = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{order}L", begin + len(values))
        rows += struct.pack(f"{order}HHL", tag, kind, count) + inside
        values += value if len(value) > 4 else b""
    return struct.pack(f"{order}H", len(entries)) + rows + bytes(4) + values


def shorts(order: str, *values: int) -> tuple[int, int, bytes]:
    return SHORT, len(values), struct.pack(f"{order}{len(values)}H", *(value % 65536 for value in values))


def text(value: str) -> tuple[int, int, bytes]:
    return ASCII, len(value) + 1, value.encode() + b"\0"


@dataclass(frozen=True)
class Camera:
    """What a camera writes: the maker's note, further EXIF, and its orientation."""

    make: str
    model: str
    note: bytes = b""
    exif: Entries | None = None
    orientation: int = 1

    def block(self) -> bytes:
        first: Entries = {
            0x010F: text(self.make),
            0x0110: text(self.model),
            0x0112: shorts("<", self.orientation),
            0x8769: (LONG, 1, struct.pack("<L", EXIF_AT)),
        }
        exif: dict[int, tuple[int, int, bytes]] = {0xA002: shorts("<", 6000), 0xA003: shorts("<", 4000)}
        if self.note:
            exif[0x927C] = (UNDEFINED, len(self.note), struct.pack("<L", NOTE_AT))
        head = b"II*\0" + struct.pack("<L", 8) + directory("<", first, 8)
        rows = directory("<", {**exif, **(self.exif or {})}, EXIF_AT)
        return (head.ljust(EXIF_AT, b"\0") + rows).ljust(NOTE_AT, b"\0") + self.note

    def photo(self, size: tuple[int, int] = SIZE) -> bytes:
        return saved(Image.new("RGB", size), "JPEG", exif=b"Exif\0\0" + self.block())


def canon() -> Camera:
    """Three points, of which the third, right of the middle and above, is in focus."""
    size, three = (6000, 4000), (100, 100, 100)
    info = (44, 2, 3, 3, *size, *size, *three, *three, -900, 0, 1200, 0, 0, 800, 0b100, 0b100)
    notes = {0x0C: (LONG, 1, struct.pack("<L", 1_234_567)), 0x26: shorts("<", *info), 0x9A: text(SECRET.decode())}
    return Camera("Canon", "Canon EOS R5", directory("<", notes, NOTE_AT))


def powershot() -> Camera:
    """The older structure, downwards."""
    info = (5, 5, 6000, 4000, 6000, 4000, 200, 200, 0, 1500, 0, 0, 0, 0, 1000, 0, 0, 0, 0b10)
    return Camera("Canon", "Canon PowerShot G10", directory("<", {0x12: shorts("<", *info)}, NOTE_AT))


def nikon(model: str, version: bytes, start: int) -> Camera:
    info = version + b"\2\0\0\1" + bytes(start - 8) + struct.pack(">6H", 6000, 4000, 1500, 3000, 300, 200) + bytes(16)
    notes = {0x1D: text("2001234"), 0x39: text(SECRET.decode()), 0xB7: (UNDEFINED, len(info), info)}
    rows = directory(">", notes, 8)
    return Camera("NIKON CORPORATION", model, b"Nikon\0\2\x11\0\0MM\0*\0\0\0\10" + rows)


def olympus() -> Camera:
    corners = struct.pack("<10l", 0, 0, 1, 10, 6, 10, 2, 10, 8, 10)
    settings = directory("<", {0x305: (SIGNED_RATIONAL, 5, corners)}, 64)
    rows = directory("<", {0x2020: (DIRECTORY, 1, struct.pack("<L", 64))}, 12)
    return Camera("OLYMPUS CORPORATION", "E-M1", (b"OLYMPUS\0II\3\0" + rows).ljust(64, b"\0") + settings)


def fujifilm() -> Camera:
    rows = directory("<", {0x1023: shorts("<", 1500, 3000)}, 12)
    return Camera("FUJIFILM", "X-T4", b"FUJIFILM" + struct.pack("<L", 12) + rows)


def sony(*values: int) -> Camera:
    rows = directory("<", {0x2027: shorts("<", *values)}, NOTE_AT + 12)
    return Camera("SONY", "ILCE-7M4", b"SONY DSC \0\0\0" + rows)


def panasonic() -> Camera:
    point = (RATIONAL, 2, struct.pack("<4L", 256, 1024, 768, 1024))
    return Camera(
        "Panasonic",
        "DC-S5",
        b"Panasonic\0\0\0" + directory("<", {0x4D: point, 0x6D: text(SECRET.decode())}, NOTE_AT + 12),
    )


def phone(*values: int) -> Camera:
    return Camera("Google", "Pixel 8", exif={0x9214: shorts("<", *values)})


POINT = (0.25, 0.75, 0.0, 0.0)
CAMERAS = {
    "Canon": (
        canon(),
        (0.6917, 0.2875, 0.0167, 0.025),
        {"AFPointsInFocus": 4, "AFAreaXPositions": "-900 0 1200", "SerialNumber": 1_234_567},
    ),
    "PowerShot": (
        powershot(),
        (0.7333, 0.725, 0.0333, 0.05),
        {"AFPointsInFocus": 2, "AFAreaYPositions": "0 1000 0 0 0"},
    ),
    "Nikon Z 6": (
        nikon("NIKON Z 6", b"0300", 0x2A),
        (0.225, 0.725, 0.05, 0.05),
        {"AFAreaXPosition": 1500, "SerialNumber": 2001234},
    ),
    "Nikon Z 9": (nikon("NIKON Z 9", b"0400", 0x3E), (0.225, 0.725, 0.05, 0.05), {"AFAreaYPosition": 3000}),
    "Nikon D90": (nikon("NIKON D90", b"0100", 0x10), (0.225, 0.725, 0.05, 0.05), {"AFAreaWidth": 300}),
    "Sony": (sony(6000, 4000, 1500, 3000), POINT, {"FocusLocation": "6000 4000 1500 3000"}),
    "Fujifilm": (fujifilm(), POINT, {"FocusPixel": "1500 3000"}),
    "Panasonic": (panasonic(), POINT, {"AFPointPosition": "0.25 0.75"}),
    "Olympus": (olympus(), (0.1, 0.6, 0.1, 0.2), {"AFPointSelected": "0.1 0.6 0.2 0.8"}),
    "phone, point": (phone(1500, 3000), POINT, {"SubjectArea": "1500 3000"}),
    "phone, location": (
        Camera("Nokia", "6300", exif={0xA214: shorts("<", 1500, 3000)}),
        POINT,
        {"SubjectLocation": "1500 3000"},
    ),
    "phone, circle": (phone(1500, 3000, 600), (0.2, 0.675, 0.1, 0.15), {"SubjectArea": "1500 3000 600"}),
    "phone, box": (phone(1500, 3000, 600, 400), (0.2, 0.7, 0.1, 0.1), {"SubjectArea": "1500 3000 600 400"}),
}


def corners(area: AfArea | None) -> tuple[float, ...] | None:
    return (area.left, area.top, area.width, area.height) if area else None


@pytest.mark.parametrize("name", CAMERAS)
def test_the_area_in_focus(name: str) -> None:
    camera, expected, _ = CAMERAS[name]
    assert corners(af_area(camera.photo(), SIZE)) == pytest.approx(expected, abs=1e-4)


def test_decoding_states_the_area() -> None:
    capture = decode(CAMERAS["Sony"][0].photo(), PLAIN).facts.capture
    assert capture is not None
    assert corners(capture.af_area) == POINT


def test_serial_numbers_in_maker_notes() -> None:
    serials = {name: maker_serial(camera.photo()) for name, (camera, _, _) in CAMERAS.items()}
    found = {name: serial for name, serial in serials.items() if serial is not None}
    assert found == {"Canon": "1234567", **dict.fromkeys(("Nikon Z 6", "Nikon Z 9", "Nikon D90"), "2001234")}


def test_exiftool_reads_the_same_values(tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        service_missing("exiftool is not here")
    for name, (camera, _, _) in CAMERAS.items():
        (tmp_path / f"{name}.jpg").write_bytes(camera.photo())
    ran = subprocess.run(["exiftool", "-json", "-n", tmp_path], check=True, capture_output=True, timeout=120)
    by_name = {Path(tags["SourceFile"]).stem: tags for tags in json.loads(ran.stdout)}
    for name, (_, _, expected) in CAMERAS.items():
        assert {tag: by_name[name].get(tag) for tag in expected} == expected, name


UPRIGHT = {1: (0.25, 0.75), 2: (0.75, 0.75), 3: (0.75, 0.25), 4: (0.25, 0.25)}
TURNED = {5: (0.75, 0.25), 6: (0.25, 0.25), 7: (0.25, 0.75), 8: (0.75, 0.75)}


@pytest.mark.parametrize(("orientation", "expected"), [*UPRIGHT.items(), *TURNED.items()])
def test_areas_are_upright(orientation: int, expected: tuple[float, float]) -> None:
    area = af_area(replace(sony(6000, 4000, 1500, 3000), orientation=orientation).photo(), SIZE)
    assert corners(area) == pytest.approx((*expected, 0, 0))


@pytest.mark.parametrize(("orientation", "expected"), TURNED.items())
def test_readers_may_state_the_upright_size(orientation: int, expected: tuple[float, float]) -> None:
    area = af_area(replace(sony(6000, 4000, 1500, 3000), orientation=orientation).photo(), SIZE[::-1])
    assert corners(area) == pytest.approx((*expected, 0, 0))


def test_the_middle_says_nothing() -> None:
    assert af_area(sony(6000, 4000, 3000, 2000).photo(), SIZE) is None
    assert af_area(sony(6000, 4000, 0, 0).photo(), SIZE) is None


def test_pixels_of_another_shape_say_nothing() -> None:
    """A program turned or cropped them, and left the maker note."""
    photo = sony(6000, 4000, 1500, 3000).photo((400, 600))
    assert af_area(photo, (400, 600)) is None


def test_a_malformed_maker_note_hides_no_subject_area() -> None:
    camera = replace(phone(1500, 3000), make="Canon", note=b"\xff\xff")
    assert corners(af_area(camera.photo(), SIZE)) == POINT


def test_any_bytes_are_none_or_an_area() -> None:
    for camera, _, _ in CAMERAS.values():
        photo = camera.photo()
        for at in range(12, len(camera.block()) + 40, 3):
            damaged = photo[:at] + b"\xff" + photo[at + 1 :]
            af_area(damaged, SIZE)
            maker_serial(damaged)
            af_area(photo[:at])
    assert af_area(b"") is maker_serial(b"") is None
