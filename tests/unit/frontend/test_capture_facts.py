"""The page's copy of capture facts, run by Node: the server reads them as from the original."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.support.node import run_with_module
from tests.support.photos import cat, saved
from tests.unit.core.metadata.test_af_area import CAMERAS, SECRET
from tests.unit.core.metadata.test_stated_choice import xmp

from critic_core.contracts.critique import Capture
from critic_core.imaging.capture import capture_of

SCRIPT = """
import { readFileSync, writeFileSync } from "node:fs";
const { withCaptureFacts } = await import(process.argv[1]);
const { readMetadata } = await import(new URL("metadata.js", process.argv[1]));
for (const folder of process.argv.slice(2)) {
  const [original, small] = ["photo", "small.jpg"].map((name) => new Blob([readFileSync(`${folder}/${name}`)]));
  const blob = withCaptureFacts(small, await readMetadata(original));
  writeFileSync(`${folder}/result.jpg`, new Uint8Array(await blob.arrayBuffer()));
}
"""
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmp:Rating="-1" exif:GPSLatitude="59,54N"><exif:DateTimeOriginal>2024-05-01T10:11:12+02:00</exif:DateTimeOriginal>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture(autouse=True, scope="module")
def heif_can_be_written() -> None:
    pillow_heif.register_heif_opener()


def downscaled(folder: Path, photo: bytes) -> bytes:
    """The page's upload for a photo."""
    return uploads(folder, {"photo": photo})["photo"]


def uploads(folder: Path, photos: Mapping[str, bytes], size: tuple[int, int] = (32, 24)) -> dict[str, bytes]:
    """The page's uploads for photos of one upright shape, by one process."""
    folders = {name: folder / name for name in photos}
    for name, photo in photos.items():
        folders[name].mkdir()
        (folders[name] / "photo").write_bytes(photo)
        (folders[name] / "small.jpg").write_bytes(saved(cat(size), "JPEG"))
    run_with_module("upload/capture-facts.js", SCRIPT, *folders.values())
    return {name: (folder / "result.jpg").read_bytes() for name, folder in folders.items()}


def capture(photo: bytes) -> Capture | None:
    with Image.open(io.BytesIO(photo)) as image:
        image.load()
        return capture_of(image, photo)


def exif() -> Image.Exif:
    block = Image.Exif()
    block.update({0x010F: "Canon", 0x0110: "Canon EOS R5", 0x0112: 6, 0x4746: 4})
    block.get_ifd(0x8769).update({
        0x829A: 0.008, 0x829D: 2.8, 0x8827: 400, 0x9003: "2024:05:01 10:11:12", 0x9011: "+02:00", 0x9291: "25",
        0x9204: -2.0, 0x9206: 1.5, 0x920A: 35.0, 0xA431: "012021", 0xA434: "RF35mm F1.8", 0x927C: b"maker note",
        0x9286: b"comment",
    })  # fmt: skip
    block.get_ifd(0x8825).update({1: "N", 2: (59.0, 54.0, 50.0), 3: "E", 4: (10.0, 44.0, 20.0)})
    return block


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_facts_of_the_original_and_never_the_place(tmp_path: Path, kind: str) -> None:
    photo = saved(cat((64, 48)), kind, exif=exif())
    upload = downscaled(tmp_path, photo)
    expected = capture(photo)
    assert expected is not None
    assert (expected.rating, expected.serial_number, expected.exposure_bias_ev) == (4, "012021", -2)
    assert capture(upload) == expected
    with Image.open(io.BytesIO(upload)) as image:
        assert not image.getexif().get_ifd(0x8825)
        assert 0x0112 not in image.getexif()  # the pixels are upright
        assert 0x927C not in image.getexif().get_ifd(0x8769)


@pytest.mark.parametrize(("orientation", "small"), [(1, (48, 32)), (4, (48, 32)), (6, (32, 48)), (7, (32, 48))])
def test_areas_in_focus_and_serial_numbers(tmp_path: Path, orientation: int, small: tuple[int, int]) -> None:
    """Of maker notes the named tags alone."""
    photos = {name: replace(camera, orientation=orientation).photo() for name, (camera, _, _) in CAMERAS.items()}
    for name, upload in uploads(tmp_path, photos, small).items():
        facts, expected = capture(upload), capture(photos[name])
        assert facts is not None
        assert facts.af_area is not None
        assert facts == expected, name
        assert SECRET not in upload


def test_facts_in_xmp_alone(tmp_path: Path) -> None:
    photo = saved(cat((64, 48)), "JPEG", xmp=XMP)
    upload = downscaled(tmp_path, photo)
    assert capture(upload) == capture(photo) != None  # noqa: E711 - both are compared
    assert b"GPS" not in upload


def declared_outside() -> bytes:
    namespaces = b' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    return XMP.replace(namespaces, b"").replace(b"<x:xmpmeta", b"<x:xmpmeta" + namespaces)


def text_time() -> bytes:
    text = PngInfo()
    text.add_text("Creation Time", "2023:05:01 12:00:00")
    return saved(cat((64, 48)), "PNG", pnginfo=text)


def text_time_beside_exif() -> bytes:
    text = PngInfo()
    text.add_text("Creation Time", "2023:05:01 12:00:00")
    block = Image.Exif()
    block[0x4746] = 3
    return saved(cat((64, 48)), "PNG", pnginfo=text, exif=block)


def broken_clock() -> bytes:
    """The pointer to the directory of the GPS points behind the end."""
    block = Image.Exif()
    block[0x010F] = "Canon"
    block.get_ifd(0x8825).update({29: "2024:05:01"})
    data = block.tobytes()
    at = data.index(b"\x88\x25" if data[6:8] == b"MM" else b"\x25\x88") + 8
    return saved(cat((64, 48)), "JPEG", exif=data[:at] + b"\x7f\0\0\x7f" + data[at + 4 :], xmp=XMP)


def gps_time() -> bytes:
    block = Image.Exif()
    block.get_ifd(0x8825).update({1: "N", 2: (59.0, 54.0, 50.0), 7: (8.0, 11.0, 12.0), 29: "2024:05:01"})
    return saved(cat((64, 48)), "JPEG", exif=block)


RARE = {
    "the clock of GPS": gps_time,
    "the text of a PNG": text_time,
    "another prefix": lambda: saved(
        cat((64, 48)), "JPEG", xmp=XMP.replace(b"xmp:", b"xap:").replace(b":xmp=", b":xap=")
    ),
    "namespaces of the outermost element": lambda: saved(cat((64, 48)), "JPEG", xmp=declared_outside()),
    "the text of a PNG with EXIF": text_time_beside_exif,
    "a bare rdf:RDF": lambda: saved(cat((64, 48)), "JPEG", xmp=XMP[XMP.index(b"<rdf:RDF") : XMP.index(b"</x:")]),
    "a reject in digiKam": lambda: saved(cat((64, 48)), "JPEG", xmp=xmp(digiKam_PickLabel="1")),
    "stars in ACDSee": lambda: saved(cat((64, 48)), "JPEG", xmp=xmp(acdsee_rating="4")),
    "Windows' stars": lambda: saved(cat((64, 48)), "JPEG", xmp=xmp(MicrosoftPhoto_Rating="75")),
}


@pytest.mark.parametrize("name", RARE)
def test_facts_in_rare_places(tmp_path: Path, name: str) -> None:
    photo = RARE[name]()
    upload = downscaled(tmp_path, photo)
    assert capture(upload) == capture(photo) != None  # noqa: E711 - both are compared
    with Image.open(io.BytesIO(upload)) as image:
        assert set(image.getexif().get_ifd(0x8825)) <= {7, 29}


def test_a_broken_directory_of_the_gps_takes_no_other_fact_along(tmp_path: Path) -> None:
    facts = capture(downscaled(tmp_path, broken_clock()))
    assert facts is not None
    assert (facts.camera, facts.rating) == ("Canon", -1)


def test_a_proposal_inside_the_photo_is_no_rating_of_a_person(tmp_path: Path) -> None:
    photo = saved(cat((64, 48)), "JPEG", xmp=xmp(xmp_Rating="4", critic_rating="4"))
    assert capture(downscaled(tmp_path, photo)) is capture(photo) is None


@pytest.mark.parametrize(
    "noise",
    [b"", b"\xff\xd8\xff\xe1\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(9)],
)
def test_malformed_facts_affect_no_pixel(tmp_path: Path, noise: bytes) -> None:
    with Image.open(io.BytesIO(downscaled(tmp_path, noise))) as image:
        image.load()
        assert image.size == (32, 24)
