"""Training photos from WebDataset shards: tar files of `KEY.jpg` beside `KEY.json`, as img2dataset writes them.

Shards are read in an order drawn anew each epoch, each process every world-th photo, and shuffled through a buffer. To
resume, photos are passed over without decoding. A photo that cannot be decoded is counted, and left out of the losses
with the photo before it standing in its place: positions stay what they were, and one bad photo stops nothing.
"""

import json
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from critic_core.contracts.errors import PhotoError
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.finetune.augmentation import augment, draw_augmentation
from critic_training.finetune.batch import NO_LABEL, Batch
from critic_training.finetune.photo_source import Share
from critic_training.runs.configuration import Configuration

Label = Callable[[dict[str, Any]], float]
"""A photo's metadata → probability of "pleasing", NaN for none."""


@dataclass(frozen=True)
class Sample:
    """A photo's bytes and its label."""

    data: bytes
    label: float


@dataclass
class ShardSource:
    """`bad` counts photos that could not be decoded. They are decoded in `knobs.workers` threads."""

    shards: tuple[Path, ...]
    knobs: Configuration
    label: Label
    share: Share = field(default_factory=Share)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    buffer: int = 1000
    bad: int = 0

    def batches(self, first: int) -> Iterator[Batch]:
        """Of this process's share, without end."""
        size = len(self.share.of(self.knobs.batch))
        samples = islice(self._samples(), first * size, None)
        last = np.zeros((self.preprocessing.size, self.preprocessing.size, 3), np.uint8)
        with ThreadPoolExecutor(max(1, self.knobs.workers)) as threads:
            for iteration in count(first):
                chosen = list(islice(samples, size))
                made = list(threads.map(self._decoded, chosen))
                self.bad += sum(image is None for image in made)
                labels = [NO_LABEL if i is None else one.label for i, one in zip(made, chosen, strict=True)]
                images = [last := last if image is None else image for image in made]
                yield self._batch(iteration, np.stack(images), torch.tensor(labels))

    def _batch(self, iteration: int, images: Inputs, label: torch.Tensor) -> Batch:
        places = self.share.of(self.knobs.batch)
        randoms = [np.random.default_rng([self.knobs.seed, 2, iteration, place]) for place in places]
        image = augment(torch.from_numpy(images), [draw_augmentation(self.knobs, random) for random in randoms])
        unknown = torch.full((len(label),), NO_LABEL)
        nothing = torch.zeros(0, dtype=torch.int64)
        category = torch.zeros(len(label), dtype=torch.int64)
        return Batch(image, label, unknown, category, unknown, image[:0], nothing)

    def _decoded(self, sample: Sample) -> Inputs | None:
        try:
            return prepare(sample.data, self.preprocessing)
        except PhotoError:
            return None

    def _samples(self) -> Iterator[Sample]:
        """This process's, epoch after epoch. Raises ValueError when the shards hold too few."""
        for epoch in count():
            random = np.random.default_rng([self.knobs.seed, 3, epoch])
            order = (self.shards[number] for number in random.permutation(len(self.shards)))
            found = 0
            mine = islice(self._read(order), self.share.rank, None, self.share.world)
            for sample in _shuffled(mine, self.buffer, random):
                found += 1
                yield sample
            if not found:
                raise ValueError("the shards hold no labelled photo for each process")

    def _read(self, order: Iterator[Path]) -> Iterator[Sample]:
        for shard in order:
            yield from read_shard(shard, self.label)


def read_shard(shard: Path, label: Label) -> Iterator[Sample]:
    """Photos with a label, in the order of the tar file; photo and metadata may come in either order."""
    waiting: dict[str, dict[str, bytes]] = {}
    with tarfile.open(shard) as opened:
        for member in opened:
            name = Path(member.name)
            content = opened.extractfile(member)
            if content is None or name.suffix not in {".jpg", ".json"}:
                continue
            parts = waiting.setdefault(name.stem, {})
            parts[name.suffix] = content.read()
            if len(parts) == 2:
                told = label(json.loads(parts[".json"]))
                if not np.isnan(told):
                    yield Sample(parts[".jpg"], told)
                del waiting[name.stem]


def _shuffled(samples: Iterator[Sample], buffer: int, random: np.random.Generator) -> Iterator[Sample]:
    held: list[Sample] = []
    for sample in samples:
        if len(held) < buffer:
            held.append(sample)
            continue
        number = int(random.integers(buffer))
        out, held[number] = held[number], sample
        yield out
    for number in random.permutation(len(held)):
        yield held[number]
