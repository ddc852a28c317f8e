"""What a run of `critic-train finetune` is asked to do, and the photos it may look at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import prepared
from critic_training.data.photo_sets import Floats, Inputs, Rated, read_rated, read_unrated
from critic_training.finetune.batch import NO_LABEL
from critic_training.finetune.labels import labels
from critic_training.finetune.photo_source import Both, Degrade, Facts, PhotoSource, Share, nothing_known
from critic_training.finetune.teachers import Numbers
from critic_training.runs.configuration import Configuration


@dataclass(frozen=True)
class Library:
    """Rated photos to learn from, the unlabelled pool (perhaps empty), and rated sets that are only asked about."""

    rated: Rated
    images: Inputs
    pool: Inputs
    across: dict[str, tuple[Rated, Inputs]]


@dataclass(frozen=True)
class Plan:
    """`weights`: a file, or None for those published. `teachers`, `raters`: see `teachers.named` and `folds.raters`."""

    knobs: Configuration
    library: Library
    weights: Path | None
    out: Path
    seeds: tuple[int, ...] = (7,)
    teachers: tuple[str, ...] = ()
    targets: int | None = None
    raters: tuple[Path, ...] = ()
    degrade: Degrade | None = None
    share: Share = field(default_factory=Share)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


def open_library(
    rated: Path, pool: Path | None, across: Sequence[Path], cache: Path, preprocessing: Preprocessing
) -> Library:
    """Read the folders; photos are prepared once, into `cache`. `pool` is a table of photos (`index.csv`)."""
    read = read_rated(rated)
    asked = {folder.name: read_rated(folder) for folder in across}
    images = {name: prepared(one.files, preprocessing, cache) for name, one in asked.items()}
    none = np.zeros((0, preprocessing.size, preprocessing.size, 3), np.uint8)
    return Library(
        rated=read,
        images=prepared(read.files, preprocessing, cache),
        pool=prepared(read_unrated(pool), preprocessing, cache) if pool else none,
        across={name: (one, images[name]) for name, one in asked.items()},
    )


def source_of(plan: Plan, knobs: Configuration, numbers: Numbers) -> PhotoSource | Both:
    """Rated photos with these numbers, and pool photos beside them where `unrated_batch` asks for some."""
    facts = facts_of(plan.library.rated, numbers, knobs)
    photos = Chosen(plan.library.images, numbers)
    rated = PhotoSource(photos, facts, knobs, knobs.batch, plan.share, 0, plan.degrade)
    if not knobs.unrated_batch:
        return rated
    pool = plan.library.pool
    return Both(
        rated, PhotoSource(pool, nothing_known(len(pool)), knobs, knobs.unrated_batch, plan.share, 1, plan.degrade)
    )


def facts_of(rated: Rated, numbers: Numbers, knobs: Configuration) -> Facts:
    """Labels are made of these photos alone."""
    part = part_of(rated, numbers)
    unknown: Floats = np.full(len(numbers), NO_LABEL, np.float32)
    return Facts(labels(part, knobs), part.score, category_numbers(rated)[numbers], unknown)


def part_of(rated: Rated, numbers: Numbers) -> Rated:
    """Some of the photos."""
    files = tuple(rated.files[number] for number in numbers)
    score, category, fold, group = rated.score, rated.category, rated.fold, rated.group
    return Rated(rated.name, files, score[numbers], category[numbers], fold[numbers], group[numbers])


def category_numbers(rated: Rated) -> Numbers:
    """Categories as numbers, in the order of their names."""
    return np.unique(rated.category, return_inverse=True)[1].astype(np.int64)


class Chosen:
    """Some photos of an array, which stays on disk."""

    def __init__(self, images: Inputs, numbers: Numbers) -> None:
        self.images, self.numbers = images, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> Inputs:
        photo: Inputs = self.images[self.numbers[number]]
        return photo
