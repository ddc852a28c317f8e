"""One step's photos and their losses, by hyperparameter."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from critic_training.data.rated_pool import UNKNOWN_KIND
from critic_training.end_to_end.degradations import degrade
from critic_training.end_to_end.hyperparameters import PoolHyperparameters
from critic_training.end_to_end.student import PoolOutput
from critic_training.finetune import losses


@dataclass(frozen=True)
class PoolBatch:
    """`photos` `[N + D + M, 3, S, S]`: photos, degraded copies of `degraded` `[D]`, mirror images of `mirrored` `[M]`.

    `rating` and `kind`: `[N]`.
    """

    photos: Tensor
    rating: Tensor
    kind: Tensor
    degraded: Tensor
    mirrored: Tensor


def assemble(photos: Tensor, rating: Tensor, kind: Tensor, config: PoolHyperparameters, random: Generator) -> PoolBatch:
    """Copies and mirror images of different photos of the batch `[N, 3, S, S]`."""
    order = torch.randperm(len(photos), generator=random).to(photos.device)
    degraded = order[: int(len(photos) * config.degraded_share)]
    mirrored = order[len(photos) - int(len(photos) * config.mirrored_share) :]
    copies = [degrade(photos[degraded], random)] if len(degraded) else []
    everything = torch.cat([photos, *copies, photos[mirrored].flip(3)])
    return PoolBatch(everything, rating, kind, degraded, mirrored)


def compute_losses(output: PoolOutput, batch: PoolBatch, config: PoolHyperparameters) -> dict[str, Tensor]:
    """Unweighted, by the name of their weight."""
    sizes = [len(batch.rating), len(batch.degraded), len(batch.mirrored)]
    rating, copies, mirrored = torch.split(output.rating, sizes)
    margin = config.ranking_margin
    return {
        "regression": losses.regression(rating, batch.rating, config.regression_beta),
        "ranking": losses.ranking(rating, batch.rating, None, margin),
        "within": losses.ranking(rating, batch.rating, batch.kind, margin),
        "degraded": losses.degraded(rating, copies, batch.degraded, config.degraded_margin, config.degraded_sharpness),
        "mirror": mirror(rating[batch.mirrored], mirrored),
        "kind": kind(output.kind[: len(batch.kind)], batch.kind),
    }


def mirror(rating: Tensor, mirrored: Tensor) -> Tensor:
    """Squared difference between photos and their mirror images; 0 without mirror images."""
    return ((mirrored - rating) ** 2).sum() / max(1, len(rating))


def kind(logits: Tensor, kinds: Tensor) -> Tensor:
    """Cross entropy over the photos of a known kind; 0 without such photos."""
    known = (kinds != UNKNOWN_KIND).sum().clamp(min=1)
    return functional.cross_entropy(logits, kinds, ignore_index=UNKNOWN_KIND, reduction="sum") / known
