"""Degradations have the shape of their photos and their direction; batches are reproducible."""

import pytest
import torch
from torch import Generator, Tensor

from critic_training.data.degradations import DEGRADATIONS as OF_FILES
from critic_training.end_to_end.degradations import (
    DEGRADATIONS,
    degrade,
    exposure,
    focus_blur,
    jpeg,
    noise,
    quantisation,
)


def detail(photos: Tensor) -> Tensor:
    return photos.diff(dim=3).abs().mean()


def test_kinds_are_those_of_files() -> None:
    assert DEGRADATIONS.keys() == OF_FILES.keys()


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_a_strong_degradation_changes_photos_more_than_a_mild_one(name: str, photos: Tensor) -> None:
    function, mild, strong = DEGRADATIONS[name]
    mildly, strongly = (function(photos, amount, Generator().manual_seed(1)) for amount in (mild, strong))
    assert mildly.shape == photos.shape
    assert 0 < (mildly - photos).abs().mean() < (strongly - photos).abs().mean()


def test_darker_is_darker_and_brighter_brighter(photos: Tensor, generator: Generator) -> None:
    assert exposure(photos, -1, generator).mean() < photos.mean() < exposure(photos, 1, generator).mean()
    torch.testing.assert_close(exposure(photos, 0, generator), photos, rtol=1e-4, atol=1e-2)


def test_blur_removes_detail_and_noise_adds_detail(photos: Tensor, generator: Generator) -> None:
    assert detail(focus_blur(photos, 0.05, generator)) < detail(photos) < detail(noise(photos, 30, generator))
    flat = torch.full((1, 3, 160, 160), 90.0)
    torch.testing.assert_close(focus_blur(flat, 0.05, generator), flat)


def test_fine_quantisation_leaves_the_photo(photos: Tensor, generator: Generator) -> None:
    assert (quantisation(4) >= quantisation(25)).all()
    error = [float((jpeg(photos, quality, generator) - photos).abs().mean()) for quality in (5000, 25, 4)]
    assert error[0] < error[1] < error[2]
    assert error[0] < 3


def test_batches_are_the_same_for_the_same_seed(photos: Tensor) -> None:
    first, same, different = (degrade(photos, Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert first.shape == photos.shape
    assert first.min() >= 0
    assert first.max() <= 255
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert not torch.equal(first, different)


def test_a_batch_smaller_than_the_kinds_is_degraded_whole(photos: Tensor, generator: Generator) -> None:
    assert degrade(photos[:3], generator).shape == (3, 3, 160, 160)
