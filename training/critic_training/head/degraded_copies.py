"""Degraded copies of photos, from their bytes; degradation and strength are random, and the same in every run."""

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
class DegradedCopy:
    """A degraded copy of photo number `origin`."""

    origin: int
    degradation: str
    strength: str
    seed: int


def draw_copies(photos: int, per_photo: int, seed: int) -> list[DegradedCopy]:
    """`per_photo` copies of each photo, with different degradations."""
    random = np.random.default_rng(seed)
    names = list(DEGRADATIONS)
    return [
        DegradedCopy(origin, str(name), STRENGTHS[random.integers(len(STRENGTHS))], int(random.integers(2**31)))
        for origin in range(photos)
        for name in random.choice(names, per_photo, replace=False)
    ]


def render_copies(
    copies: list[DegradedCopy], files: tuple[Path, ...], preprocessing: Preprocessing, workers: int
) -> Iterator[Inputs]:
    """Network inputs in batches of 64, in order; photos are degraded at full size and then reduced."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # numpy holds the GIL in degradations
        for start in range(0, len(copies), BATCH):
            arguments = [(files[copy.origin], copy, preprocessing) for copy in copies[start : start + BATCH]]
            yield np.stack(list(pool.map(_render, arguments, chunksize=8)))


def _render(arguments: tuple[Path, DegradedCopy, Preprocessing]) -> Inputs:
    file, copy, preprocessing = arguments
    pixels = decode(file.read_bytes(), preprocessing).pixels
    return to_input(degrade(pixels, copy.degradation, copy.strength, copy.seed), preprocessing)
