"""Each loss against a calculation by hand, and what it leaves out."""

import math

import pytest
import torch

from critic_training.finetune import losses
from critic_training.runs.configuration import Configuration

NAN = float("nan")


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


def test_cross_entropy_is_that_of_two_neurons_and_leaves_out_the_middle() -> None:
    logits = torch.tensor([[0.3, 1.0], [0.2, -0.5], [0.0, 9.0]])
    label = torch.tensor([1.0, 0.0, NAN])
    wanted = torch.nn.functional.cross_entropy(logits[:2], torch.tensor([1, 0]))
    torch.testing.assert_close(losses.cross_entropy(logits[:, 1] - logits[:, 0], label), wanted)


def test_ranking_asks_about_pairs_of_one_category_that_differ_enough() -> None:
    score, rating = torch.tensor([1.0, 0.0, 5.0, 2.0]), torch.tensor([2.0, 6.0, 4.0, NAN])
    category = torch.tensor([0, 0, 1, 0])
    told = losses.ranking(score, rating, category, margin=0.5)
    assert float(told) == pytest.approx(softplus(1.0))
    everyone = losses.ranking(score, rating, None, margin=0.5)
    assert float(everyone) == pytest.approx((softplus(1.0) + softplus(5.0) + softplus(-4.0)) / 3)
    assert float(losses.ranking(score, rating, None, margin=9.0)) == 0


def test_a_degraded_copy_belongs_below_its_own_origin() -> None:
    told = losses.degraded(torch.tensor([1.0, 4.0]), torch.tensor([3.0]), torch.tensor([1]), margin=0.5)
    assert float(told) == pytest.approx(softplus(3.0 - 4.0 + 0.5))


def test_teacher_rating_leaves_out_what_it_did_not_rate() -> None:
    told = losses.teacher_rating(torch.tensor([0.5, 7.0]), torch.tensor([0.0, NAN]))
    assert float(told) == pytest.approx(0.125)


def test_nothing_to_ask_about_is_no_loss_and_no_gradient() -> None:
    score = torch.zeros(2, requires_grad=True)
    unknown = torch.full((2,), NAN)
    total = losses.cross_entropy(score, unknown) + losses.ranking(score, unknown, None, 0.1)
    total = total + losses.teacher_rating(score, unknown)
    torch.autograd.backward(total)
    assert float(total.detach()) == 0
    assert score.grad is not None
    torch.testing.assert_close(score.grad, torch.zeros(2))


def test_only_losses_with_a_weight_are_in_the_sum() -> None:
    told = losses.Told(torch.tensor([1.0, -1.0]), torch.tensor([0.5]), torch.zeros(2, 3))
    wanted = losses.Wanted(
        torch.tensor([1.0, 0.0]), torch.tensor([5.0, 2.0]), torch.zeros(2), torch.zeros(2), torch.tensor([0]),
        torch.ones(2, 3),
    )  # fmt: skip
    knobs = Configuration(cross_entropy=2.0, distil=0.5, degraded=0.0)
    parts = losses.losses(told, wanted, knobs)
    assert set(parts) == {"cross_entropy", "distil"}
    assert float(losses.weighted(parts, knobs)) == pytest.approx(2 * softplus(-1.0) + 0.5)
