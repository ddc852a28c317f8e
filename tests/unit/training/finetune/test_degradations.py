"""Each degradation damages the photo in its own way, and by its chance alone."""

from pathlib import Path

import numpy as np
import pytest

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.prepare import prepare
from critic_training.dataset import Inputs
from critic_training.finetune.degradations import (
    DEGRADATIONS,
    Random,
    bad_crop,
    blur,
    degrade,
    exposure,
    jpeg,
    noise,
    tilt,
)

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"


@pytest.fixture(scope="module")
def photo() -> Inputs:
    return prepare(PHOTO.read_bytes(), Preprocessing())


@pytest.fixture
def random() -> Random:
    return np.random.default_rng(5)


def detail(photo: Inputs) -> float:
    """Mean change from a pixel to its neighbour."""
    return float(np.abs(np.diff(photo.astype(float), axis=1)).mean())


@pytest.mark.parametrize("change", DEGRADATIONS)
def test_keeps_the_shape_depends_on_chance_alone_and_is_plain_to_see(change, photo: Inputs) -> None:  # type: ignore[no-untyped-def]
    one, again, other = (change(photo, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.shape, one.dtype) == (photo.shape, np.uint8)
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert np.abs(one.astype(float) - photo).mean() > 2


def test_blur_takes_detail_and_noise_adds_it(photo: Inputs, random: Random) -> None:
    assert detail(blur(photo, random)) < 0.8 * detail(photo) < detail(photo) < 0.8 * detail(noise(photo, random))


def test_jpeg_leaves_blocks(photo: Inputs, random: Random) -> None:
    across = np.abs(np.diff(jpeg(photo, random).astype(float), axis=1)).mean((0, 2))
    edges = across[7::8].mean()
    assert edges > 1.2 * np.delete(across, np.arange(7, 223, 8)).mean()


def test_exposure_moves_the_mean(photo: Inputs) -> None:
    means = [exposure(photo, np.random.default_rng(seed)).mean() for seed in range(8)]
    assert min(means) < 0.8 * photo.mean()
    assert max(means) > 1.2 * photo.mean()


def test_tilt_and_crop_leave_no_empty_corner(random: Random) -> None:
    grey = np.full((224, 224, 3), 130, np.uint8)
    assert tilt(grey, random).min() > 120
    assert (bad_crop(grey, random) == 130).all()


def test_a_bad_crop_shows_a_corner() -> None:
    marked = np.zeros((224, 224, 3), np.uint8)
    marked[:60, :60] = 255
    shares = [float((bad_crop(marked, np.random.default_rng(seed)) > 127).mean()) for seed in range(16)]
    assert max(shares) > 0.15
    assert min(shares) == 0


def test_all_of_them_are_drawn(photo: Inputs) -> None:
    drawn = {degrade(photo, np.random.default_rng(seed)).tobytes()[:300] for seed in range(40)}
    assert len(drawn) > len(DEGRADATIONS)
