"""Features of a frozen network, extracted once a photo and cached in a file: extraction takes most of a run's time."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.runs.views import Views

Advance = Callable[[int], object]
"""Callback with the number of processed photos."""

BATCH = 64


class FeatureExtractor(Protocol):
    """A frozen network."""

    def features(self, image: Tensor) -> Tensor:
        """uint8 `[N, 224, 224, 3]` → `[N, P]`."""
        ...


def extract_views(extractor: FeatureExtractor, photos: Inputs, advance: Advance) -> Views:
    """Features of preprocessed photos and of their mirror images."""
    plain = extract_features(extractor, batches(photos), len(photos), advance)
    mirrored = extract_features(extractor, map(_mirror, batches(photos)), len(photos), advance)
    return Views(plain, mirrored)


def extract_features(extractor: FeatureExtractor, images: Iterable[Inputs], photos: int, advance: Advance) -> Floats:
    """`[N, P]` of all batches."""
    features, done = [], 0
    for batch in images:
        features.append(extractor.features(torch.from_numpy(batch)).numpy())
        done += len(batch)
        advance(done)
    assert done == photos
    return np.concatenate(features)


def batches(photos: Inputs) -> Iterator[Inputs]:
    """Copies in batches of 64."""
    return (np.array(photos[at : at + BATCH]) for at in range(0, len(photos), BATCH))


def _mirror(batch: Inputs) -> Inputs:
    return np.ascontiguousarray(batch[:, :, ::-1])


def cached_features(
    cache: Path, extractor: FeatureExtractor, photos: str, compute: Callable[[], tuple[Floats, ...]]
) -> tuple[Floats, ...]:
    """The arrays of `compute`, from the cache after the first call. `photos` identifies photos and their changes.

    The extractor is identified by its features of the golden photo, which differ with weights and layout.
    """
    image = torch.from_numpy(prepare(golden_photo(), Preprocessing())[None])
    golden = np.round(extractor.features(image).numpy(), 2).tobytes()
    stored = cache / f"features-{hashlib.sha256(golden + photos.encode()).hexdigest()[:24]}.npz"
    if not stored.exists():
        cache.mkdir(parents=True, exist_ok=True)
        new = stored.with_suffix(".new.npz")
        np.savez(new, *compute())
        new.replace(stored)
    with np.load(stored) as arrays:
        return tuple(arrays[name] for name in arrays.files)
