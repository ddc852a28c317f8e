"""RAW files by a preview that is worth a score, or by the sensor's data."""

import numpy as np
import pytest
from PIL import Image
from tests.data import make
from tests.support.photos import PLAIN, STORED, cat, difference, saved

from critic_core.imaging.decode import decode


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_of_a_dng(orientation: int) -> None:
    """Mirrored ones, too, which no camera writes but converters do."""
    how = STORED[orientation]
    stored = cat((240, 160)) if how is None else cat((240, 160)).transpose(how)
    decoded = decode(make.dng(stored, orientation), PLAIN)
    assert (decoded.facts.width, decoded.facts.height) == (240, 160)
    assert np.abs(decoded.pixels.astype(int) - np.asarray(cat((240, 160)))).mean() < 8


def test_a_raw_without_a_preview_is_developed() -> None:
    decoded = decode(make.dng(cat((240, 160)), preview=False), PLAIN)
    assert decoded.pixels.shape == (80, 120, 3)
    assert "developed at half its size" in decoded.facts.notes[0]
    assert (decoded.facts.width, decoded.facts.height) == (240, 160)


def test_a_thumbnail_is_not_the_photo() -> None:
    """160 × 106 pixels for a sensor of 1,600 × 1,067."""
    decoded = decode(_with_preview(make.dng(cat((1600, 1067))), cat((160, 106))), PLAIN)
    assert decoded.pixels.shape == (534, 800, 3)
    assert "developed" in decoded.facts.notes[0]


@pytest.mark.parametrize("orientation", [6, 8])
def test_an_upright_preview_of_a_turned_sensor(orientation: int) -> None:
    """Developers crop in the sensor's coordinates: the facts state its orientation, the pixels stay."""
    decoded = decode(_with_preview(make.dng(cat((240, 160)), orientation), cat((80, 120))), PLAIN)
    assert decoded.facts.orientation == orientation
    assert (decoded.facts.width, decoded.facts.height) == (160, 240)
    assert difference(decoded.pixels, cat((80, 120))) < 8


def _with_preview(raw: bytes, preview: Image.Image) -> bytes:
    jpeg, start, end = saved(preview, "JPEG"), raw.index(b"\xff\xd8"), raw.rindex(b"\xff\xd9") + 2
    return raw[:start] + jpeg + bytes(end - start - len(jpeg)) + raw[end:]
