"""Augmentation changes pixels by its parameters, and draws them within the configured ranges."""

import numpy as np
import pytest
import torch

from critic_training.finetune.augmentation import Augmentation, augment, draw_augmentation
from critic_training.runs.configuration import Configuration

WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def image() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8))


def test_no_change_leaves_every_pixel(image: torch.Tensor) -> None:
    augmented = augment(image, [Augmentation(False, WHOLE, 1.0, 1.0, 1.0)])
    assert (augmented.int() - image.int()).abs().max() <= 1


def test_mirrored(image: torch.Tensor) -> None:
    augmented = augment(image, [Augmentation(True, WHOLE, 1.0, 1.0, 1.0)])
    assert (augmented.int() - image.flip(2).int()).abs().max() <= 1


def test_a_window_is_enlarged_to_the_image() -> None:
    image = torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    image[:, 16:, 16:] = 200
    augmented = augment(image, [Augmentation(False, (0.5, 0.5, 0.5, 0.5), 1.0, 1.0, 1.0)])
    assert (augmented[:, 1:, 1:] == 200).all()


def test_brightness_contrast_and_saturation() -> None:
    image = torch.tensor([[100, 50, 50], [50, 50, 100]], dtype=torch.uint8).view(1, 1, 2, 3).repeat(1, 2, 1, 1)
    brighter, flat, grey = (
        augment(image, [Augmentation(False, WHOLE, *factors)]) for factors in ((1.5, 1, 1), (1, 0, 1), (1, 1, 0))
    )
    assert brighter[0, 0, 0].tolist() == [150, 75, 75]
    assert flat.unique().tolist() == [67]
    assert (grey[..., 0] == grey[..., 1]).all()


def test_draws_stay_within_the_configured_ranges() -> None:
    config = Configuration(mirror=False, crop=0.2, stretch=0.1, colour=0.05)
    for number in range(200):
        augmentation = draw_augmentation(config, np.random.default_rng(number))
        left, top, width, height = augmentation.window
        assert not augmentation.mirrored
        assert 0.75 < width <= 1
        assert 0.75 < height <= 1
        assert min(left, top, 1 - left - width, 1 - top - height) >= -1e-9
        assert min(augmentation.brightness, augmentation.contrast, augmentation.saturation) >= 0.95
