"""The frozen part looks at every photo once; what it says is kept in a file, since it takes most of the time."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.head.backbone import Front
from critic_training.head.views import Views

Advance = Callable[[int], object]
"""Told how many photos are done."""

BATCH = 64


def views(front: Front, photos: Inputs, advance: Advance) -> Views:
    """Features of prepared photos and of their mirror images."""
    plain = features(front, batches(photos), len(photos), advance)
    mirrored = features(front, map(_mirrored, batches(photos)), len(photos), advance)
    return Views(plain, mirrored)


def features(front: Front, images: Iterable[Inputs], photos: int, advance: Advance) -> Floats:
    """`[N, P]`, batch by batch."""
    told, done = [], 0
    for batch in images:
        told.append(front.features(torch.from_numpy(batch)).numpy())
        done += len(batch)
        advance(done)
    assert done == photos
    return np.concatenate(told)


def batches(photos: Inputs) -> Iterator[Inputs]:
    """Of 64."""
    return (np.array(photos[at : at + BATCH]) for at in range(0, len(photos), BATCH))


def _mirrored(batch: Inputs) -> Inputs:
    return np.ascontiguousarray(batch[:, :, ::-1])


def kept(cache: Path, front: Front, photos: str, make: Callable[[], tuple[Floats, ...]]) -> tuple[Floats, ...]:
    """What `make` says, from the cache when it was said before. `photos` tells the photos and what was done to them.

    The front is known by its answer about the golden photo: other weights or another layout say something else.
    """
    image = torch.from_numpy(prepare(golden_photo(), Preprocessing())[None])
    told = np.round(front.features(image).numpy(), 2).tobytes()
    stored = cache / f"features-{hashlib.sha256(told + photos.encode()).hexdigest()[:24]}.npz"
    if not stored.exists():
        cache.mkdir(parents=True, exist_ok=True)
        new = stored.with_suffix(".new.npz")
        np.savez(new, *make())
        new.replace(stored)
    with np.load(stored) as parts:
        return tuple(parts[name] for name in parts.files)
