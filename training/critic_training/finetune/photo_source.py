"""Endless batches of a folder's photos: shuffled, augmented and degraded by seed, epoch and photo.

An interrupted run continues with the batches of an uninterrupted run, and several processes get the batches of one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats, Inputs, Positions
from critic_training.finetune.augmentation import augment, draw_augmentation
from critic_training.finetune.batch import NO_LABEL, Batch, concatenate
from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.runs.configuration import Configuration

Degrade = Callable[[Inputs, np.random.Generator], Inputs]
"""A photo uint8 `[S, S, 3]` → a degraded copy."""


@dataclass(frozen=True)
class Annotations:
    """Labels and ratings `[N]` of photos: see `Batch`."""

    label: Floats
    rating: Floats
    category: Positions
    teacher_rating: Floats


def no_annotations(photos: int) -> Annotations:
    """Annotations of an unlabelled pool."""
    empty = np.full(photos, NO_LABEL, np.float32)
    return Annotations(empty, empty, np.full(photos, -1), empty)


@dataclass(frozen=True)
class PhotoSource(Dataset[Batch]):
    """Item i is the batch of iteration i. `stream` separates the random draws of several sources in one run."""

    photos: Photos
    annotations: Annotations
    config: Configuration
    batch_size: int
    process: ProcessGroupRank = field(default_factory=ProcessGroupRank)
    stream: int = 0
    degrade: Degrade | None = None

    def batches(self, first: int) -> Iterator[Batch]:
        """Batches in order, prefetched by the DataLoader's workers."""
        return endless(self, first, self.config.workers)

    def __getitem__(self, iteration: int) -> Batch:
        offset = iteration * self.batch_size
        chosen = [self._shuffled(offset + position) for position in self.process.batch_positions(self.batch_size)]
        randoms = [np.random.default_rng([self.config.seed, self.stream, *pair]) for pair in chosen]
        numbers = [number for _, number in chosen]
        image = torch.from_numpy(np.stack([self.photos[number] for number in numbers]))
        image = augment(image, [draw_augmentation(self.config, random) for random in randoms])
        degraded, origin = self._degrade(image, randoms)
        annotations = {name: torch.from_numpy(values[numbers]) for name, values in vars(self.annotations).items()}
        return Batch(image=image, degraded=degraded, origin=origin, **annotations)

    def _shuffled(self, position: int) -> tuple[int, int]:
        """Epoch, and number of the photo, at a position of the endless stream."""
        epoch, index = divmod(position, len(self.photos))
        return epoch, int(_order(self.config.seed, self.stream, epoch, len(self.photos))[index])

    def _degrade(self, image: Tensor, randoms: list[np.random.Generator]) -> tuple[Tensor, Tensor]:
        if self.degrade is None or (self.config.degraded == 0 and not self.config.degraded_as_negatives):
            return image[:0], torch.zeros(0, dtype=torch.int64)
        chosen = [n for n, random in enumerate(randoms) if random.random() < self.config.degraded_share]
        copies = [torch.from_numpy(self.degrade(image[n].numpy(), randoms[n])) for n in chosen]
        return torch.stack(copies) if copies else image[:0], torch.tensor(chosen, dtype=torch.int64)


@dataclass(frozen=True)
class MixedSource(Dataset[Batch]):
    """Rated photos and photos of the unlabelled pool in every batch."""

    rated: PhotoSource
    unrated: PhotoSource

    def batches(self, first: int) -> Iterator[Batch]:
        """Batches in order."""
        return endless(self, first, self.rated.config.workers)

    def __getitem__(self, iteration: int) -> Batch:
        return concatenate(self.rated[iteration], self.unrated[iteration])


def endless(dataset: Dataset[Batch], first: int, workers: int) -> Iterator[Batch]:
    """Items `first`, `first + 1`, … of a dataset without end."""
    loader = DataLoader(
        dataset,
        batch_size=None,
        sampler=_CountFrom(first),
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_one_thread if workers else None,
        prefetch_factor=4 if workers else None,
        generator=torch.Generator(),  # otherwise every start of workers draws from the run's generator
    )
    return iter(loader)


class _CountFrom:
    def __init__(self, first: int) -> None:
        self.first = first

    def __iter__(self) -> Iterator[int]:
        return count(self.first)


def _one_thread(_worker: int) -> None:
    torch.set_num_threads(1)


@lru_cache(maxsize=4)
def _order(seed: int, stream: int, epoch: int, photos: int) -> Positions:
    return np.random.default_rng([seed, stream, epoch]).permutation(photos)
