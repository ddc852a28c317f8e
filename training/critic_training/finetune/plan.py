"""The plan of a `critic-train finetune` run, and its photo sources."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from critic_training.data.photo_cache import PhotoSubset
from critic_training.data.photo_sets import Floats, Positions, RatedPhotos
from critic_training.finetune.batch import NO_LABEL
from critic_training.finetune.labels import labels
from critic_training.finetune.photo_source import Annotations, Degrade, MixedSource, PhotoSource, no_annotations
from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.runs.configuration import Configuration
from critic_training.runs.library import Library


@dataclass(frozen=True)
class Plan:
    """`weights`: a file, or None for the published weights. `teachers`: see `teachers.open_teacher`.

    `components`: principal components of the targets, None for all. `raters`: runs whose networks teach ratings.
    """

    config: Configuration
    library: Library
    weights: Path | None
    out: Path
    seeds: tuple[int, ...] = (7,)
    teachers: tuple[str, ...] = ()
    components: int | None = None
    raters: tuple[Path, ...] = ()
    degrade: Degrade | None = None
    process: ProcessGroupRank = field(default_factory=ProcessGroupRank)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


def photo_source(plan: Plan, config: Configuration, numbers: Positions) -> PhotoSource | MixedSource:
    """Rated photos with these numbers, and pool photos for an `unrated_batch_size` above 0."""
    photos = PhotoSubset(plan.library.images, numbers)
    annotations = annotate(plan.library.rated, numbers, config)
    rated = PhotoSource(photos, annotations, config, config.batch_size, plan.process, 0, plan.degrade)
    if not config.unrated_batch_size:
        return rated
    pool = plan.library.pool
    unrated = PhotoSource(
        pool, no_annotations(len(pool)), config, config.unrated_batch_size, plan.process, 1, plan.degrade
    )
    return MixedSource(rated, unrated)


def annotate(rated: RatedPhotos, numbers: Positions, config: Configuration) -> Annotations:
    """Annotations of these photos; labels depend on these photos only."""
    photos = rated.subset(numbers)
    unknown: Floats = np.full(len(numbers), NO_LABEL, np.float32)
    return Annotations(labels(photos, config), photos.score, rated.category_numbers()[numbers], unknown)
