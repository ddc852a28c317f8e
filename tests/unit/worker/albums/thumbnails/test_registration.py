"""Two thumbnails of one view: by how many degrees the second is turned."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from tests.support.photos import cat

from critic_worker.albums.thumbnails.registration import register

Thumbnail = npt.NDArray[np.uint8]
SIDE, MIDDLE = 480, (40, 40, 440, 440)


def frame(degrees: float = 0, across: int = 0) -> Image.Image:
    """The middle of a square photo, turned clockwise, and moved."""
    left, top, right, bottom = MIDDLE
    return (
        cat((SIDE, SIDE)).rotate(-degrees, Image.Resampling.BICUBIC).crop((left + across, top, right + across, bottom))
    )


def thumbnail(image: Image.Image) -> Thumbnail:
    return np.asarray(image.convert("L").resize((32, 32), Image.Resampling.BOX))


def turned(first: Image.Image, second: Image.Image) -> tuple[float, float]:
    found = register(thumbnail(first)[None], thumbnail(second)[None])
    return float(found.degrees[0]), float(found.fit[0])


@pytest.mark.parametrize("degrees", [-7, -3, 0, 1, 5])
@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image.filter(ImageFilter.GaussianBlur(4)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.4),
    ],
)
def test_degrees_clockwise_in_any_light_and_softness(degrees: int, change) -> None:
    found, fit = turned(frame(), change(frame(degrees, across=12)))
    assert found == pytest.approx(degrees, abs=0.7)
    assert fit > 0.95


def test_other_pictures_and_empty_ones_do_not_fit() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (400, 400), np.uint8), "L")
    plain = Image.new("L", (400, 400), 128)
    for other in (noise, plain):
        degrees, fit = turned(frame(), other)
        assert np.isfinite(degrees)
        assert fit < 0.5


def test_pairs_do_not_affect_each_other() -> None:
    still = np.stack([thumbnail(frame())] * 2)
    moved = np.stack([thumbnail(frame(4)), thumbnail(frame(-2))])
    assert register(still, moved).degrees == pytest.approx([4, -2], abs=0.7)
