"""The network's input."""

import numpy as np
import pytest
from PIL import Image
from tests.support.photos import PLAIN, cat, difference, saved

from critic_core.contracts.errors import PhotoTooManyPixels
from critic_core.contracts.manifest import Filter, Fit, Preprocessing
from critic_core.imaging.decode import Limits, decode
from critic_core.imaging.preprocess import prepare, to_input


@pytest.mark.parametrize("fit", Fit)
@pytest.mark.parametrize("resampling", Filter)
@pytest.mark.parametrize("size", [(451, 300), (300, 451), (1600, 900), (7, 5)])
def test_every_fit_and_filter_gives_a_square(fit: Fit, resampling: Filter, size: tuple[int, int]) -> None:
    made = prepare(saved(cat(size), "PNG"), Preprocessing(fit=fit, filter=resampling))
    assert (made.shape, made.dtype) == ((224, 224, 3), np.uint8)


def test_prepare_is_decode_and_then_to_input() -> None:
    data = saved(cat((1500, 1000)), "JPEG", quality=95)
    assert np.array_equal(prepare(data, PLAIN), to_input(decode(data, PLAIN).pixels, PLAIN))


def test_squash_keeps_the_whole_photo() -> None:
    made = prepare(saved(cat(), "PNG"), Preprocessing(fit=Fit.squash))
    assert difference(made, cat().resize((224, 224), Image.Resampling.BILINEAR)) == 0


def test_crop_keeps_the_middle_square() -> None:
    """Three stripes, of which only the middle one is kept."""
    photo = Image.new("RGB", (300, 100), "red")
    photo.paste("lime", (100, 0, 200, 100))
    made = prepare(saved(photo, "PNG"), Preprocessing(fit=Fit.crop))
    inside = made[:, 2:-2].reshape(-1, 3)  # the outermost samples blend with what lies beyond
    assert np.unique(inside, axis=0).tolist() == [[0, 255, 0]]


def test_pad_keeps_proportions_between_grey_borders() -> None:
    made = prepare(saved(Image.new("RGB", (200, 100), "red"), "PNG"), Preprocessing(fit=Fit.pad))
    assert made[0, 0].tolist() == made[-1, -1].tolist() == [128, 128, 128]
    assert (made[:, 100] == [255, 0, 0]).all(axis=1).sum() == 112


def test_fine_patterns_become_grey_and_not_moire() -> None:
    """One-pixel stripes: a filter without support scaled to the reduction would pick some of them."""
    stripes = np.zeros((896, 896, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    for resampling in Filter:
        made = to_input(stripes, Preprocessing(filter=resampling))
        assert made[50:-50, 50:-50].std() < 3
        assert 124 < made.mean() < 131


def test_limits_are_handed_on() -> None:
    with pytest.raises(PhotoTooManyPixels):
        prepare(saved(cat(), "PNG"), PLAIN, Limits(max_pixels=100))


def test_draft_moves_the_input_little() -> None:
    """Scaled decoding is part of the preprocessing; this says how little it changes what the network sees."""
    data = saved(cat((4000, 2667)), "JPEG", quality=95)
    whole = Preprocessing(decode_long_side=4000)
    assert difference(prepare(data, PLAIN), prepare(data, whole)) < 1.5
