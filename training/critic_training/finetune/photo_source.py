"""Photos of a folder, without end: shuffled, augmented and degraded by numbers that depend on seed and epoch alone.

So an interrupted run goes on with the batches it would have had, and several processes see together what one would.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.finetune.augmentation import augment, draw_augmentation
from critic_training.finetune.batch import NO_LABEL, Batch, join
from critic_training.runs.configuration import Configuration

Degrade = Callable[[Inputs, np.random.Generator], Inputs]
"""A photo uint8 `[S, S, 3]` → a copy of it that anyone would find worse."""


@dataclass(frozen=True)
class Facts:
    """What is known of each photo: see `Batch`."""

    label: Floats
    rating: Floats
    category: npt.NDArray[np.int64]
    teacher_rating: Floats


def nothing_known(photos: int) -> Facts:
    """Of an unlabelled pool."""
    empty = np.full(photos, NO_LABEL, np.float32)
    return Facts(empty, empty, np.full(photos, -1), empty)


@dataclass(frozen=True)
class Share:
    """This process's part of every batch: of `world` processes the one numbered `rank`."""

    rank: int = 0
    world: int = 1

    def of(self, batch: int) -> range:
        """Places in a batch. Raises ValueError when it cannot be divided evenly."""
        if batch % self.world:
            raise ValueError(f"a batch of {batch} cannot be divided among {self.world} processes")
        return range(self.rank, batch, self.world)


@dataclass(frozen=True)
class PhotoSource(Dataset[Batch]):
    """One item is one iteration's batch. `stream` tells sources of one run apart, so that their chance differs."""

    photos: Photos
    facts: Facts
    knobs: Configuration
    size: int
    share: Share = field(default_factory=Share)
    stream: int = 0
    degrade: Degrade | None = None

    def batches(self, first: int) -> Iterator[Batch]:
        """In order, prepared ahead by the DataLoader's workers."""
        return endless(self, first, self.knobs.workers)

    def __getitem__(self, iteration: int) -> Batch:
        chosen = [self._chosen(iteration * self.size + place) for place in self.share.of(self.size)]
        randoms = [np.random.default_rng([self.knobs.seed, self.stream, *pair]) for pair in chosen]
        numbers = [number for _, number in chosen]
        image = torch.from_numpy(np.stack([self.photos[number] for number in numbers]))
        image = augment(image, [draw_augmentation(self.knobs, random) for random in randoms])
        worse, origin = self._degraded(image, randoms)
        facts = {name: torch.from_numpy(values[numbers]) for name, values in vars(self.facts).items()}
        return Batch(image=image, degraded=worse, origin=origin, **facts)

    def _chosen(self, position: int) -> tuple[int, int]:
        """Epoch, and which photo of it."""
        epoch, place = divmod(position, len(self.photos))
        return epoch, int(_order(self.knobs.seed, self.stream, epoch, len(self.photos))[place])

    def _degraded(self, image: Tensor, randoms: list[np.random.Generator]) -> tuple[Tensor, Tensor]:
        if self.degrade is None or (self.knobs.degraded == 0 and not self.knobs.degraded_flattens):
            return image[:0], torch.zeros(0, dtype=torch.int64)
        chosen = [n for n, random in enumerate(randoms) if random.random() < self.knobs.degraded_share]
        worse = [torch.from_numpy(self.degrade(image[n].numpy(), randoms[n])) for n in chosen]
        return torch.stack(worse) if worse else image[:0], torch.tensor(chosen, dtype=torch.int64)


@dataclass(frozen=True)
class Both(Dataset[Batch]):
    """Two sources beside one another: rated photos and the unlabelled pool."""

    one: PhotoSource
    other: PhotoSource

    def batches(self, first: int) -> Iterator[Batch]:
        """Each batch has photos of both."""
        return endless(self, first, self.one.knobs.workers)

    def __getitem__(self, iteration: int) -> Batch:
        return join(self.one[iteration], self.other[iteration])


def endless(dataset: Dataset[Batch], first: int, workers: int) -> Iterator[Batch]:
    """Items `first`, `first + 1`, … of a dataset that has one for every number."""
    loader = DataLoader(
        dataset,
        batch_size=None,
        sampler=_From(first),
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_one_thread if workers else None,
        prefetch_factor=4 if workers else None,
        generator=torch.Generator(),  # else every start of workers would draw from the run's own chance
    )
    return iter(loader)


class _From:
    def __init__(self, first: int) -> None:
        self.first = first

    def __iter__(self) -> Iterator[int]:
        number = self.first
        while True:
            yield number
            number += 1


def _one_thread(_worker: int) -> None:
    torch.set_num_threads(1)


@lru_cache(maxsize=4)
def _order(seed: int, stream: int, epoch: int, photos: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng([seed, stream, epoch]).permutation(photos)
