"""An article in another colour is another picture; a copy in other light is none."""

import base64

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance
from tests.support.photos import cat

from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.properties.view import View
from critic_worker.albums.grouping.colour_differences import around_median, differ_in_colour
from critic_worker.arrays import Float32Array

FIRST, SECOND = np.array([0]), np.array([1])


def mug(colour: str) -> Image.Image:
    image = Image.new("RGB", (480, 320), (245, 245, 243))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle([190, 105, 290, 240], 13, fill=colour)
    draw.arc([275, 135, 325, 205], -90, 90, fill=colour, width=11)
    return image


def of(*images: Image.Image) -> Float32Array:
    """As the worker has them."""
    codes = [fingerprint(View(np.asarray(image)), np.zeros(0)).colours for image in images]
    levels = np.array([np.frombuffer(base64.b64decode(code), np.uint8) for code in codes], np.float32)
    return around_median(levels.reshape(-1, 64, 2))


def colours(*names: str) -> Float32Array:
    return of(*map(mug, names))


def lit(image: Image.Image, *gains: float) -> Image.Image:
    return Image.fromarray(np.clip(np.asarray(image) * np.array(gains), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("first", "second"), [("red", "blue"), ("red", "orange"), ("black", "green"), ("red", "black")]
)
def test_an_article_in_two_colours(first: str, second: str) -> None:
    both = colours(first, second)
    assert differ_in_colour(both, FIRST, SECOND).tolist() == [True]
    assert differ_in_colour(both, SECOND, FIRST).tolist() == [True]


@pytest.mark.parametrize(
    "copy",
    [
        lambda image: image.resize((160, 107)),
        lambda image: ImageEnhance.Color(image).enhance(0.5),
        lambda image: ImageEnhance.Contrast(image).enhance(1.5),
        lambda image: lit(image, 0.5, 0.5, 0.5),
        lambda image: lit(image, 1.2, 1.0, 0.8),
    ],
)
@pytest.mark.parametrize("picture", [cat((480, 320)), mug("red")])
def test_a_copy_in_other_light(copy, picture) -> None:
    assert differ_in_colour(of(picture, copy(picture)), FIRST, SECOND).tolist() == [False]


def test_unknown_colours_are_no_difference() -> None:
    unknown = np.full((1, 64, 2), np.nan, np.float32)
    assert differ_in_colour(np.concatenate([colours("red"), unknown]), FIRST, SECOND).tolist() == [False]
    assert differ_in_colour(unknown, np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []
