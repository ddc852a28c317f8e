"""The photos of one iteration, and the protocol of their sources."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

NO_LABEL = float("nan")


@dataclass(frozen=True)
class Batch:
    """`image` uint8 `[N, 224, 224, 3]`, augmented. NaN for an unknown label or rating.

    `label` `[N]`: target probability of "pleasing"; `rating` `[N]`; `category` `[N]`: numbers.
    `degraded` uint8 `[M, 224, 224, 3]`: degraded copies of the photos at the positions `origin` `[M]`.
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
        """On this device."""
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


class BatchSource(Protocol):
    """An endless source of batches: rated photos of a folder, WebDataset shards, an unlabelled pool."""

    def batches(self, first: int) -> Iterator[Batch]:
        """Batches of the iterations `first`, `first + 1`, …; the same in every call."""
        ...


def concatenate(first: Batch, second: Batch) -> Batch:
    """Both batches, the photos of `first` first."""
    offset = len(first.image)
    joined = {
        name: torch.cat([value, getattr(second, name)]) for name, value in vars(first).items() if name != "origin"
    }
    return Batch(**joined, origin=torch.cat([first.origin, second.origin + offset]))
