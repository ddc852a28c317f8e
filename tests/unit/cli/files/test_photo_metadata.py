"""What the shell reads of a photo file without decoding it."""

import struct
from datetime import datetime
from pathlib import Path

from PIL import Image
from tests.support.photos import cat, saved

from critic_cli.culling.same_stem import group_files
from critic_cli.files.photo_metadata import exposure_time


def exif(time: str) -> Image.Exif:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = time
    return block


def cr3(time: str) -> bytes:
    """Canon's boxes: the camera in CMT1, the exposure in CMT2, as the first directory."""
    camera, exposure = Image.Exif(), Image.Exif()
    camera[0x0110], exposure[0x9003] = "Canon EOS R5", time
    boxes = b"\0\0\0\x18ftypcrx " + bytes(8) + b"crx isom"
    for name, block in ((b"CMT1", camera), (b"CMT2", exposure)):
        body = block.tobytes().removeprefix(b"Exif\0\0")
        boxes += struct.pack(">L", len(body) + 8) + name + body
    return boxes


def test_the_time_of_a_cr3_keeps_unrelated_pictures_of_one_name_apart(tmp_path: Path) -> None:
    raw, jpeg = tmp_path / "IMG_1.CR3", tmp_path / "IMG_1.JPG"
    raw.write_bytes(cr3("2024:05:01 10:00:00"))
    for second, shots in (("10:00:01", 1), ("18:00:00", 2)):
        jpeg.write_bytes(saved(cat((32, 24)), "JPEG", exif=exif(f"2024:05:01 {second}")))
        assert len(group_files([raw, jpeg])) == shots
    assert exposure_time(raw) == datetime(2024, 5, 1, 10)  # noqa: DTZ001 - a camera's clock has no zone
