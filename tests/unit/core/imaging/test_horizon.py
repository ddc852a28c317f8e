"""The tilt is found in both directions, and nothing is found where nothing is level."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from critic_core.imaging.horizon import horizon
from critic_core.imaging.properties import View


def seascape(degrees: float) -> np.ndarray:
    """A level sea with two masts, tilted clockwise by `degrees`."""
    image = Image.new("RGB", (960, 640), (180, 200, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 340, 960, 640), fill=(30, 60, 90))
    draw.rectangle((300, 120, 306, 340), fill=(40, 30, 20))
    draw.rectangle((640, 60, 648, 340), fill=(40, 30, 20))
    turned = image.rotate(-degrees, Image.Resampling.BICUBIC)
    return np.asarray(turned.crop((120, 80, 840, 560)))


@pytest.mark.parametrize("degrees", [-7.3, -2.0, 0.0, 1.6, 5.0])
def test_the_tilt_is_measured_in_degrees_clockwise(degrees: float) -> None:
    found = horizon(View(seascape(degrees)))
    assert found is not None
    assert found.degrees == pytest.approx(degrees, abs=0.3)
    assert found.confidence > 0.4


def test_turning_back_by_the_tilt_levels_the_photo() -> None:
    tilted = seascape(4)
    found = horizon(View(tilted))
    assert found is not None
    level = Image.fromarray(tilted).rotate(found.degrees, Image.Resampling.BICUBIC).crop((60, 60, 660, 420))
    after = horizon(View(np.asarray(level)))
    assert after is not None
    assert abs(after.degrees) < 0.4


def test_texture_without_lines_gives_no_tilt() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    found = horizon(View(noise))
    assert found is None or found.confidence < 0.2


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 50, 3), (50, 1, 3), (40, 60, 3)])
def test_a_photo_without_edges_has_no_horizon(shape: tuple[int, int, int]) -> None:
    assert horizon(View(np.full(shape, 128, dtype=np.uint8))) is None
