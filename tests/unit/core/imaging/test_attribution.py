"""The map finds what a score depends on, wherever the preprocessing puts the photo in the input."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from critic_core.contracts.manifest import Fit, Preprocessing
from critic_core.imaging.attribution import attribution, heat_map, occluded


def striped(left: int, top: int) -> np.ndarray:
    """A grey photo with a striped square of 60 pixels."""
    photo = np.full((240, 360, 3), 128, np.uint8)
    photo[top : top + 60, left : left + 60 : 2] = 255
    return photo


def texture(inputs: Sequence[np.ndarray]) -> np.ndarray:
    """A network that likes contrast."""
    return np.array([float(image.std()) for image in inputs])


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize(("left", "top", "cell"), [(90, 0, (0, 1)), (180, 120, (2, 2)), (90, 180, (3, 1))])
def test_the_strongest_cell_is_where_the_score_comes_from(fit: Fit, left: int, top: int, cell: tuple[int, int]) -> None:
    score, cells = attribution(striped(left, top), Preprocessing(fit=fit), texture)
    assert score > 0
    assert np.unravel_index(cells.argmax(), cells.shape) == cell
    assert cells.max() > 0.75 * cells.sum()


def test_an_empty_mask_changes_nothing_and_a_full_one_hides_everything() -> None:
    masks = [np.zeros((16, 24), np.uint8), np.full((16, 24), 255, np.uint8)]
    same, hidden = occluded(striped(90, 60), Preprocessing(), masks)
    assert texture([same])[0] > 10 > texture([hidden])[0]


def test_the_map_has_the_proportions_of_the_photo_and_an_alpha_for_each_strength() -> None:
    cells = np.zeros((4, 4))
    cells[0, 0], cells[3, 3] = 8, -4
    image = Image.open(BytesIO(heat_map(cells, 1200, 800)))
    assert (image.mode, image.size) == ("RGBA", (160, 107))
    raises, lowers, neutral = (image.getpixel(place) for place in ((10, 10), (150, 100), (150, 10)))
    assert raises[0] > raises[2]
    assert lowers[2] > lowers[0]
    assert raises[3] > lowers[3] > 50 > neutral[3]


def test_a_map_of_noise_stays_pale() -> None:
    image = Image.open(BytesIO(heat_map(np.full((4, 4), 0.2), 300, 300)))
    assert image.getpixel((80, 80))[3] < 40
