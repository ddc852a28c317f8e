"""Losses as functions of scores and targets, and their weighted sum.

All are means over the photos or pairs with a target, and 0 (with gradients of 0) for a batch without targets.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from critic_training.runs.configuration import Configuration


@dataclass(frozen=True)
class StudentOutput:
    """Log-odds of photos `score` `[N]` and copies `degraded` `[M]`; predicted teacher targets `targets` `[N, T]`."""

    score: Tensor
    degraded: Tensor
    targets: Tensor


@dataclass(frozen=True)
class LossTargets:
    """Labels of a `Batch`; `targets` `[N, T]` by the teacher (T may be 0)."""

    label: Tensor
    rating: Tensor
    category: Tensor
    teacher_rating: Tensor
    origin: Tensor
    targets: Tensor


def cross_entropy(score: Tensor, label: Tensor) -> Tensor:
    """Cross entropy of two neurons with the difference `score`, against probabilities; without photos labelled NaN."""
    losses = functional.binary_cross_entropy_with_logits(score, label.nan_to_num(), reduction="none")
    return _masked_mean(losses, ~label.isnan())


def ranking(score: Tensor, rating: Tensor, category: Tensor | None, margin: float) -> Tensor:
    """RankNet (Burges 2005): pairs in the order of their ratings; within a category, unless it is None."""
    above = rating[:, None] - rating[None, :] > margin  # False for NaN
    if category is not None:
        above &= category[:, None] == category[None, :]
    return _masked_mean(functional.softplus(score[None, :] - score[:, None]), above)


def degraded(score: Tensor, copies: Tensor, origin: Tensor, margin: float, sharpness: float = 1.0) -> Tensor:
    """A photo above its degraded copy by `margin`, without ratings. `copies` `[M]` of the photos `origin` `[M]`."""
    hinge = functional.softplus(copies - score[origin] + margin, beta=sharpness)
    return _masked_mean(hinge, torch.ones_like(copies, dtype=torch.bool))


def distil(predicted: Tensor, targets: Tensor) -> Tensor:
    """Squared error of standardised targets `[N, T]`, logits included (Ba and Caruana 2014)."""
    return _masked_mean((predicted - targets) ** 2, torch.ones_like(predicted, dtype=torch.bool))


def regression(score: Tensor, rating: Tensor, beta: float = 1.0) -> Tensor:
    """Huber loss against standardised ratings, quadratic up to `beta`; without NaN."""
    losses = functional.smooth_l1_loss(score, rating.nan_to_num(), reduction="none", beta=beta)
    return _masked_mean(losses, ~rating.isnan())


def compute_losses(output: StudentOutput, targets: LossTargets, config: Configuration) -> dict[str, Tensor]:
    """Unweighted losses with a weight above 0, by hyperparameter."""
    category = targets.category if config.ranking_within_category else None
    score, label = output.score, targets.label
    if config.degraded_as_negatives:
        score, label = torch.cat([score, output.degraded]), torch.cat([label, torch.zeros_like(output.degraded)])
    functions: dict[str, Callable[[], Tensor]] = {
        "cross_entropy": lambda: cross_entropy(score, label),
        "ranking": lambda: ranking(output.score, targets.rating, category, config.ranking_margin),
        "degraded": lambda: degraded(output.score, output.degraded, targets.origin, config.degraded_margin),
        "distil": lambda: distil(output.targets, targets.targets),
        "teacher_rating": lambda: regression(output.score, targets.teacher_rating),
    }
    return {name: loss() for name, loss in functions.items() if getattr(config, name) > 0}


def weighted_sum(losses: dict[str, Tensor], config: object) -> Tensor:
    """The training objective; the weight of a loss is the hyperparameter of its name."""
    return torch.stack([getattr(config, name) * value for name, value in losses.items()]).sum()


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return torch.where(mask, values, 0).sum() / mask.sum().clamp(min=1)
