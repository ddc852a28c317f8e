"""What one iteration looks at, and the protocol of everything that gives it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

NO_LABEL = float("nan")


@dataclass(frozen=True)
class Batch:
    """`image` uint8 `[N, 224, 224, 3]`, augmented. Where a photo has no label or rating there is NaN.

    `label` `[N]`: probability of "pleasing" that is asked for; `rating` `[N]`; `category` `[N]`: numbers.
    `degraded` uint8 `[M, 224, 224, 3]`: worse copies of the photos at the positions `origin` `[M]`.
    `teacher_rating` `[N]`: standardised.
    """

    image: Tensor
    label: Tensor
    rating: Tensor
    category: Tensor
    teacher_rating: Tensor
    degraded: Tensor
    origin: Tensor

    def to(self, device: torch.device) -> "Batch":
        """On the device that computes."""
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


class Source(Protocol):
    """Photos without end: rated ones of a folder, WebDataset shards, an unlabelled pool."""

    def batches(self, first: int) -> Iterator[Batch]:
        """Of the iterations `first`, `first + 1`, …: the same again each time it is asked."""
        ...


def join(one: Batch, other: Batch) -> Batch:
    """Both in one batch: `one`'s photos first."""
    offset = len(one.image)
    joined = {name: torch.cat([value, getattr(other, name)]) for name, value in vars(one).items() if name != "origin"}
    return Batch(**joined, origin=torch.cat([one.origin, other.origin + offset]))
