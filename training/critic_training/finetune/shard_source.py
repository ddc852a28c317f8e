"""Training photos from WebDataset shards: tar files with `KEY.jpg` and `KEY.json`, as img2dataset writes them.

The order of shards is shuffled each epoch, each process reads every n-th photo of n processes, and a shuffle buffer
mixes them. To resume, photos are skipped without decoding. A photo that cannot be decoded is counted and has no label;
a copy of the previous photo fills its position, so that the positions of all photos are constant.
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
from critic_training.finetune.process_group import ProcessGroupRank
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
    """`undecodable` counts photos that could not be decoded. `config.workers` threads decode."""

    shards: tuple[Path, ...]
    config: Configuration
    label: Label
    process: ProcessGroupRank = field(default_factory=ProcessGroupRank)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    buffer: int = 1000
    undecodable: int = 0

    def batches(self, first: int) -> Iterator[Batch]:
        """Endless batches of this process."""
        size = len(self.process.batch_positions(self.config.batch_size))
        samples = islice(self._samples(), first * size, None)
        previous = np.zeros((self.preprocessing.size, self.preprocessing.size, 3), np.uint8)
        with ThreadPoolExecutor(max(1, self.config.workers)) as threads:
            for iteration in count(first):
                chosen = list(islice(samples, size))
                decoded = list(threads.map(self._decode, chosen))
                self.undecodable += sum(image is None for image in decoded)
                pairs = zip(decoded, chosen, strict=True)
                labels = [NO_LABEL if image is None else sample.label for image, sample in pairs]
                images = [previous := previous if image is None else image for image in decoded]
                yield self._batch(iteration, np.stack(images), torch.tensor(labels))

    def _batch(self, iteration: int, images: Inputs, label: torch.Tensor) -> Batch:
        positions = self.process.batch_positions(self.config.batch_size)
        randoms = [np.random.default_rng([self.config.seed, 2, iteration, position]) for position in positions]
        image = augment(torch.from_numpy(images), [draw_augmentation(self.config, random) for random in randoms])
        unknown = torch.full((len(label),), NO_LABEL)
        no_origin = torch.zeros(0, dtype=torch.int64)
        category = torch.zeros(len(label), dtype=torch.int64)
        return Batch(image, label, unknown, category, unknown, image[:0], no_origin)

    def _decode(self, sample: Sample) -> Inputs | None:
        try:
            return prepare(sample.data, self.preprocessing)
        except PhotoError:
            return None

    def _samples(self) -> Iterator[Sample]:
        """Samples of this process, epoch after epoch. Raises ValueError when the shards hold too few."""
        for epoch in count():
            random = np.random.default_rng([self.config.seed, 3, epoch])
            order = (self.shards[number] for number in random.permutation(len(self.shards)))
            read = 0
            samples = islice(self._read(order), self.process.rank, None, self.process.world_size)
            for sample in _shuffle(samples, self.buffer, random):
                read += 1
                yield sample
            if not read:
                raise ValueError("the shards hold no labelled photo for each process")

    def _read(self, order: Iterator[Path]) -> Iterator[Sample]:
        for shard in order:
            yield from read_shard(shard, self.label)


def read_shard(shard: Path, label: Label) -> Iterator[Sample]:
    """Labelled photos in the order of the tar file; photo and metadata may come in either order."""
    incomplete: dict[str, dict[str, bytes]] = {}
    with tarfile.open(shard) as opened:
        for member in opened:
            name = Path(member.name)
            content = opened.extractfile(member)
            if content is None or name.suffix not in {".jpg", ".json"}:
                continue
            files = incomplete.setdefault(name.stem, {})
            files[name.suffix] = content.read()
            if len(files) == 2:
                del incomplete[name.stem]
                value = label(json.loads(files[".json"]))
                if not np.isnan(value):
                    yield Sample(files[".jpg"], value)


def _shuffle(samples: Iterator[Sample], buffer: int, random: np.random.Generator) -> Iterator[Sample]:
    buffered: list[Sample] = []
    for sample in samples:
        if len(buffered) < buffer:
            buffered.append(sample)
            continue
        number = int(random.integers(buffer))
        out, buffered[number] = buffered[number], sample
        yield out
    for number in random.permutation(len(buffered)):
        yield buffered[number]
