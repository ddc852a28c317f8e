"""Losses are small for the right order and large for its opposite; empty groups cost nothing."""

import dataclasses

import pytest
import torch
from torch import Generator, Tensor

from critic_training.data.rated_pool import KINDS
from critic_training.end_to_end.hyperparameters import PoolHyperparameters
from critic_training.end_to_end.losses import PoolBatch, assemble, compute_losses
from critic_training.end_to_end.student import PoolOutput
from critic_training.finetune.losses import weighted_sum

CONFIG = PoolHyperparameters(degraded_share=0.5, mirrored_share=0.25)
RATING = torch.linspace(-2, 2, 16)
KIND = torch.arange(16) % 2


def batch_of(photos: Tensor, config: PoolHyperparameters = CONFIG) -> PoolBatch:
    return assemble(photos, RATING, KIND, config, Generator().manual_seed(1))


def output_of(batch: PoolBatch, sign: float) -> PoolOutput:
    """Predictions that are right (`sign` 1) or as wrong as possible (-1)."""
    copies, mirrored = batch.rating[batch.degraded] - 2 * sign, batch.rating[batch.mirrored]
    rating = sign * torch.cat([batch.rating, sign * copies, mirrored + (sign - 1)])
    known = torch.cat([KIND, torch.zeros(len(rating) - len(KIND), dtype=torch.long)])
    return PoolOutput(rating, 9 * sign * torch.nn.functional.one_hot(known, len(KINDS)).float())


def test_copies_and_mirror_images_follow_their_photos(photos: Tensor) -> None:
    batch = batch_of(photos)
    assert batch.photos.shape == (16 + 8 + 4, 3, 160, 160)
    assert set(batch.degraded.tolist()).isdisjoint(batch.mirrored.tolist())
    torch.testing.assert_close(batch.photos[24:].flip(3), photos[batch.mirrored])


def test_right_predictions_cost_less_in_every_loss(photos: Tensor) -> None:
    batch = batch_of(photos)
    right, wrong = (compute_losses(output_of(batch, sign), batch, CONFIG) for sign in (1.0, -1.0))
    assert right.keys() == {"regression", "ranking", "within", "degraded", "mirror", "kind"}
    assert all(right[name] < wrong[name] for name in right)
    assert right["regression"] == right["mirror"] == 0


def test_no_copies_and_unknown_kinds_cost_nothing(photos: Tensor) -> None:
    batch = batch_of(photos, dataclasses.replace(CONFIG, degraded_share=0.0, mirrored_share=0.0))
    unknown = dataclasses.replace(batch, kind=torch.full((16,), -1))
    values = compute_losses(PoolOutput(RATING, torch.zeros(16, len(KINDS))), unknown, CONFIG)
    assert values["degraded"] == values["mirror"] == values["kind"] == 0


def test_the_objective_is_the_weighted_sum() -> None:
    values = {"regression": torch.tensor(1.0), "kind": torch.tensor(2.0)}
    assert float(weighted_sum(values, CONFIG)) == pytest.approx(CONFIG.regression + 2 * CONFIG.kind)
