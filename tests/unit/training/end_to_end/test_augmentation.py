"""Augmentation has the requested size, is the same for the same seed, and leaves the photo without limits."""

import dataclasses

import torch
from torch import Generator, Tensor

from critic_training.end_to_end.augmentation import augment
from critic_training.end_to_end.hyperparameters import PoolHyperparameters

LIMITS = PoolHyperparameters()


def test_windows_have_the_side_of_the_network(photos: Tensor, generator: Generator) -> None:
    window = augment(photos, 48, LIMITS, generator)
    assert window.shape == (16, 3, 48, 48)
    assert window.min() >= 0
    assert window.max() <= 255


def test_the_same_seed_draws_the_same(photos: Tensor) -> None:
    first, same, different = (augment(photos, 48, LIMITS, Generator().manual_seed(seed)) for seed in (1, 1, 2))
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert not torch.equal(first, different)


def test_without_limits_photos_are_mirrored_or_unchanged(photos: Tensor, generator: Generator) -> None:
    still = dataclasses.replace(LIMITS, crop=0.0, stretch=0.0, colour=0.0)
    windows = augment(photos, 160, still, generator)
    straight = (windows - photos).abs().amax((1, 2, 3)) < 0.1
    mirrored = (windows - photos.flip(3)).abs().amax((1, 2, 3)) < 0.1
    assert (straight ^ mirrored).all()
    assert 0 < straight.sum() < 16
