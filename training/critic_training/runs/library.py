"""The photos of a run: rated, unlabelled, and rated sets for evaluation only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import Inputs, RatedPhotos, read_rated, read_unrated


@dataclass(frozen=True)
class Library:
    """Rated photos for training, the unlabelled pool (possibly empty), and rated sets for evaluation by name."""

    rated: RatedPhotos
    images: Inputs
    pool: Inputs
    across: dict[str, tuple[RatedPhotos, Inputs]]


def open_library(
    rated: Path, pool: Path | None, across: Sequence[Path], cache: Path, preprocessing: Preprocessing
) -> Library:
    """Read the folders; preprocessed photos are cached in `cache`. `pool` is a table of photos (`index.csv`)."""
    training = read_rated(rated)
    evaluation = {folder.name: read_rated(folder) for folder in across}
    empty = np.zeros((0, preprocessing.size, preprocessing.size, 3), np.uint8)
    return Library(
        rated=training,
        images=cached_photos(training.files, preprocessing, cache),
        pool=cached_photos(read_unrated(pool), preprocessing, cache) if pool else empty,
        across={
            name: (photos, cached_photos(photos.files, preprocessing, cache)) for name, photos in evaluation.items()
        },
    )
