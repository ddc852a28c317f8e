"""Worse copies of photos, from their bytes: which change and how strong is drawn by chance, once for every run."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.preprocess import to_input
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS, degrade
from critic_training.data.photo_sets import Inputs

BATCH = 64


@dataclass(frozen=True)
class Copy:
    """One copy to make: of photo number `origin`."""

    origin: int
    change: str
    strength: str
    seed: int


def draw_copies(photos: int, each: int, seed: int) -> list[Copy]:
    """`each` copies a photo, no change twice."""
    random = np.random.default_rng(seed)
    names = list(DEGRADATIONS)
    return [
        Copy(origin, str(change), STRENGTHS[random.integers(len(STRENGTHS))], int(random.integers(2**31)))
        for origin in range(photos)
        for change in random.choice(names, each, replace=False)
    ]


def made(copies: list[Copy], files: tuple[Path, ...], preprocessing: Preprocessing, workers: int) -> Iterator[Inputs]:
    """Copies as the network gets them, in batches of 64, in order; changed before they are shrunk, as in life."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # numpy holds the GIL while it changes
        for start in range(0, len(copies), BATCH):
            part = copies[start : start + BATCH]
            asked = [(files[copy.origin], copy, preprocessing) for copy in part]
            yield np.stack(list(pool.map(_make, asked, chunksize=8)))


def _make(asked: tuple[Path, Copy, Preprocessing]) -> Inputs:
    file, copy, preprocessing = asked
    pixels = decode(file.read_bytes(), preprocessing).pixels
    return to_input(degrade(pixels, copy.change, copy.strength, copy.seed), preprocessing)
