"""Degradations: visible, deterministic, ordered by strength, independent of the photo's size."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from critic_training.data.degradations import (
    DEGRADATIONS,
    STRENGTHS,
    Pixels,
    bad_crop,
    degrade,
    exposure,
    focus_blur,
    tilt,
)

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return np.array(Image.open(PHOTO).convert("RGB"))


def _as_large(copy: Pixels, photo: Pixels) -> Pixels:
    return np.array(Image.fromarray(copy).resize((photo.shape[1], photo.shape[0])))


def _damage(photo: Pixels, name: str, strength: str) -> float:
    copy = _as_large(degrade(photo, name, strength, 3), photo)
    return float(np.abs(copy.astype(float) - photo).mean())


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_depends_on_the_seed_alone_and_grows_with_its_strength(photo: Pixels, name: str) -> None:
    np.testing.assert_array_equal(degrade(photo, name, "mild", 3), degrade(photo, name, "mild", 3))
    mild, moderate, strong = (_damage(photo, name, strength) for strength in STRENGTHS)
    assert 0.3 < mild < moderate < strong


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_means_the_same_at_every_size(photo: Pixels, name: str) -> None:
    half = np.array(Image.fromarray(photo).resize((photo.shape[1] // 2, photo.shape[0] // 2), Image.Resampling.BOX))
    small, large = (
        np.array(Image.fromarray(degrade(image, name, "strong", 3)).resize((160, 120), Image.Resampling.BOX), float)
        for image in (half, photo)
    )
    assert np.abs(small - large).mean() < 0.6 * max(_damage(photo, name, "strong"), 6)


def test_a_stop_doubles_the_light() -> None:
    grey = np.full((4, 4, 3), 100, np.uint8)
    brighter = exposure(grey, 1, np.random.default_rng(0))
    assert (brighter[0, 0, 0] / 255) ** 2.2 == pytest.approx(2 * (100 / 255) ** 2.2, rel=0.02)


def test_blur_takes_detail(photo: Pixels) -> None:
    blurred = focus_blur(photo, 0.005, np.random.default_rng(0))
    assert np.abs(np.diff(blurred.astype(int), axis=1)).mean() < 0.7 * np.abs(np.diff(photo.astype(int), axis=1)).mean()


@pytest.mark.parametrize("shape", [(300, 200, 3), (200, 300, 3), (64, 64, 3)])
@pytest.mark.parametrize("degrees", [3, 7, 14])
def test_tilt_leaves_no_empty_corner(shape: tuple[int, int, int], degrees: float) -> None:
    tilted = tilt(np.full(shape, 200, np.uint8), degrees, np.random.default_rng(1))
    assert tilted.min() > 190
    assert tilted.shape[0] / tilted.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.05)


def test_a_crop_is_a_corner_of_the_photo(photo: Pixels) -> None:
    corner = bad_crop(photo, 0.5, np.random.default_rng(0))
    assert corner.shape[0] == round(photo.shape[0] / 2)
    height, width = corner.shape[:2]
    corners = [photo[:height, :width], photo[-height:, :width], photo[:height, -width:], photo[-height:, -width:]]
    assert any(np.array_equal(corner, expected) for expected in corners)
