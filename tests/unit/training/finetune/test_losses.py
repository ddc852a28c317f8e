"""Losses against calculations by hand, and photos without a target."""

import math

import pytest
import torch

from critic_training.finetune import losses
from critic_training.runs.configuration import Configuration

NAN = float("nan")


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


def test_cross_entropy_is_that_of_two_neurons_without_the_middle() -> None:
    logits = torch.tensor([[0.3, 1.0], [0.2, -0.5], [0.0, 9.0]])
    label = torch.tensor([1.0, 0.0, NAN])
    expected = torch.nn.functional.cross_entropy(logits[:2], torch.tensor([1, 0]))
    torch.testing.assert_close(losses.cross_entropy(logits[:, 1] - logits[:, 0], label), expected)


def test_ranking_uses_pairs_of_one_category_that_differ_enough() -> None:
    score, rating = torch.tensor([1.0, 0.0, 5.0, 2.0]), torch.tensor([2.0, 6.0, 4.0, NAN])
    category = torch.tensor([0, 0, 1, 0])
    loss = losses.ranking(score, rating, category, margin=0.5)
    assert float(loss) == pytest.approx(softplus(1.0))
    all_pairs = losses.ranking(score, rating, None, margin=0.5)
    assert float(all_pairs) == pytest.approx((softplus(1.0) + softplus(5.0) + softplus(-4.0)) / 3)
    assert float(losses.ranking(score, rating, None, margin=9.0)) == 0


def test_a_degraded_copy_belongs_below_its_own_origin() -> None:
    loss = losses.degraded(torch.tensor([1.0, 4.0]), torch.tensor([3.0]), torch.tensor([1]), margin=0.5)
    assert float(loss) == pytest.approx(softplus(3.0 - 4.0 + 0.5))


def test_photos_without_a_teacher_rating_are_left_out() -> None:
    loss = losses.regression(torch.tensor([0.5, 7.0]), torch.tensor([0.0, NAN]))
    assert float(loss) == pytest.approx(0.125)


def test_a_batch_without_targets_has_no_loss_and_no_gradient() -> None:
    score = torch.zeros(2, requires_grad=True)
    unknown = torch.full((2,), NAN)
    total = losses.cross_entropy(score, unknown) + losses.ranking(score, unknown, None, 0.1)
    total = total + losses.regression(score, unknown)
    torch.autograd.backward(total)
    assert float(total.detach()) == 0
    assert score.grad is not None
    torch.testing.assert_close(score.grad, torch.zeros(2))


def test_only_losses_with_a_weight_are_in_the_sum() -> None:
    output = losses.StudentOutput(torch.tensor([1.0, -1.0]), torch.tensor([0.5]), torch.zeros(2, 3))
    targets = losses.LossTargets(
        torch.tensor([1.0, 0.0]), torch.tensor([5.0, 2.0]), torch.zeros(2), torch.zeros(2), torch.tensor([0]),
        torch.ones(2, 3),
    )  # fmt: skip
    config = Configuration(cross_entropy=2.0, distil=0.5, degraded=0.0)
    values = losses.compute_losses(output, targets, config)
    assert set(values) == {"cross_entropy", "distil"}
    assert float(losses.weighted_sum(values, config)) == pytest.approx(2 * softplus(-1.0) + 0.5)
