"""The small JPEG for pages, and the golden photo."""

from io import BytesIO

import numpy as np
from PIL import Image
from tests.support.photos import PLAIN, cat, difference, turned

from critic_core.imaging.decode import decode
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preview import preview


def test_a_preview_is_a_small_upright_jpeg() -> None:
    pixels = decode(turned(cat((1500, 1000)), 6, "PNG"), PLAIN).pixels
    shown = Image.open(BytesIO(preview(pixels)))
    assert (shown.format, shown.size) == ("JPEG", (640, 427))
    assert difference(shown, cat((1500, 1000)).resize(shown.size)) < 6


def test_small_photos_are_not_enlarged() -> None:
    assert Image.open(BytesIO(preview(np.array(cat())))).size == cat().size


def test_the_long_side_is_a_parameter() -> None:
    assert Image.open(BytesIO(preview(np.array(cat()), long_side=100))).size == (100, 67)


def test_a_preview_tells_nothing_but_pixels() -> None:
    """No EXIF: it may say where a photo was taken."""
    shown = Image.open(BytesIO(preview(decode(turned(cat(), 6, "JPEG"), PLAIN).pixels)))
    assert not shown.getexif()
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(shown.info)


def test_the_golden_photo_is_a_photo() -> None:
    facts = decode(golden_photo(), PLAIN).facts
    assert (facts.format, facts.width, facts.height) == ("jpeg", 600, 400)
