"""The losses, each a plain function of scores and what is known of the photos; and their weighted sum.

All are means over what they ask about, and 0 (with gradients of 0) where a batch has nothing to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from critic_training.runs.configuration import Configuration


@dataclass(frozen=True)
class Told:
    """The network's answers: `score` `[N]` and `degraded` `[M]`, log-odds; `targets` `[N, T]`, as the teacher's."""

    score: Tensor
    degraded: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Wanted:
    """What is known: see `Batch`; `targets` `[N, T]` by the teacher (T may be 0)."""

    label: Tensor
    rating: Tensor
    category: Tensor
    teacher_rating: Tensor
    origin: Tensor
    targets: Tensor


def cross_entropy(score: Tensor, label: Tensor) -> Tensor:
    """Of two neurons whose difference is `score`, against probabilities; photos whose label is NaN are left out."""
    asked = ~label.isnan()
    losses = functional.binary_cross_entropy_with_logits(score, label.nan_to_num(), reduction="none")
    return _mean(losses, asked)


def ranking(score: Tensor, rating: Tensor, category: Tensor | None, margin: float) -> Tensor:
    """Pairs in the order of their ratings (RankNet, Burges 2005); only within a category, unless it is None."""
    above = rating[:, None] - rating[None, :] > margin  # NaN is above nothing
    if category is not None:
        above &= category[:, None] == category[None, :]
    return _mean(functional.softplus(score[None, :] - score[:, None]), above)


def degraded(score: Tensor, worse: Tensor, origin: Tensor, margin: float) -> Tensor:
    """A photo above its degraded copy by `margin`: needs no rating. `worse` `[M]` are copies of `origin` `[M]`."""
    return _mean(functional.softplus(worse - score[origin] + margin), torch.ones_like(worse, dtype=torch.bool))


def distil(told: Tensor, wanted: Tensor) -> Tensor:
    """Squared error of standardised targets `[N, T]`, logits included (Ba and Caruana 2014)."""
    return _mean((told - wanted) ** 2, torch.ones_like(told, dtype=torch.bool))


def teacher_rating(score: Tensor, rating: Tensor) -> Tensor:
    """Huber loss against an aesthetic teacher's standardised ratings; NaN is left out."""
    losses = functional.smooth_l1_loss(score, rating.nan_to_num(), reduction="none")
    return _mean(losses, ~rating.isnan())


def losses(told: Told, wanted: Wanted, knobs: Configuration) -> dict[str, Tensor]:
    """Every loss whose weight is not 0, by its knob's name, not yet weighted."""
    category = wanted.category if knobs.ranking_within_category else None
    score, label = told.score, wanted.label
    if knobs.degraded_flattens:
        score, label = torch.cat([score, told.degraded]), torch.cat([label, torch.zeros_like(told.degraded)])
    asked: dict[str, Callable[[], Tensor]] = {
        "cross_entropy": lambda: cross_entropy(score, label),
        "ranking": lambda: ranking(told.score, wanted.rating, category, knobs.ranking_margin),
        "degraded": lambda: degraded(told.score, told.degraded, wanted.origin, knobs.degraded_margin),
        "distil": lambda: distil(told.targets, wanted.targets),
        "teacher_rating": lambda: teacher_rating(told.score, wanted.teacher_rating),
    }
    return {name: loss() for name, loss in asked.items() if getattr(knobs, name) > 0}


def weighted(parts: dict[str, Tensor], knobs: Configuration) -> Tensor:
    """What is minimised."""
    return torch.stack([getattr(knobs, name) * value for name, value in parts.items()]).sum()


def _mean(values: Tensor, asked: Tensor) -> Tensor:
    return torch.where(asked, values, 0).sum() / asked.sum().clamp(min=1)
