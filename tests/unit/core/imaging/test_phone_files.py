"""One picture as phones write it: a film, a gain map or a second eye behind it, further images in the file, a turn."""

from collections.abc import Callable
from io import BytesIO

import pillow_heif
import pytest
from PIL import Image
from tests.support.photos import PLAIN, cat, difference, saved, turned

from critic_core.imaging.decode import decode

SIZE = (240, 160)
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(20_000)


def jpeg() -> bytes:
    return saved(cat(SIZE), "JPEG", quality=95)


def main_is_second() -> bytes:
    file, out = pillow_heif.HeifFile(), BytesIO()
    file.add_from_pillow(cat((120, 80)).convert("L").convert("RGB"))
    file.add_from_pillow(cat(SIZE))
    file.save(out, quality=95, primary_index=1)
    return out.getvalue()


def transparent() -> bytes:
    see_through = cat(SIZE)
    see_through.putalpha(255)
    return saved(see_through, "PNG")


FILES: dict[str, Callable[[], bytes]] = {
    "motion photo": lambda: jpeg() + FILM,
    "Ultra HDR": lambda: jpeg() + saved(cat((60, 40)).convert("L"), "JPEG"),
    "a second eye": lambda: saved(cat(SIZE), "MPO", quality=95, save_all=True, append_images=[Image.new("RGB", SIZE)]),
    "the main image is the second": main_is_second,
    "turned": lambda: turned(cat(SIZE), 6, "HEIF", quality=95),
    "a screenshot": transparent,
}


@pytest.fixture(autouse=True, scope="module")
def heif_can_be_written() -> None:
    pillow_heif.register_heif_opener()


@pytest.mark.parametrize("name", FILES)
def test_the_photo_is_the_main_picture(name: str) -> None:
    decoded = decode(FILES[name](), PLAIN)
    assert (decoded.facts.width, decoded.facts.height, decoded.facts.damaged) == (*SIZE, False)
    assert difference(decoded.pixels, cat(SIZE)) < 4
