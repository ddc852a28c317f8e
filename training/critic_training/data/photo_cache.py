"""Preprocessed photos by number: decoded once by serving's code, then memory-mapped from a cache file."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_sets import Inputs, Positions, load


class Photos(Protocol):
    """uint8 `[224, 224, 3]` by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Inputs: ...


class PhotoSubset:
    """Some photos of a memory-mapped array; nothing is copied."""

    def __init__(self, images: Inputs, numbers: Positions) -> None:
        self.images, self.numbers = images, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> Inputs:
        photo: Inputs = self.images[self.numbers[number]]
        return photo


def cached_photos(files: Sequence[Path], preprocessing: Preprocessing, cache: Path) -> Inputs:
    """All photos `[N, 224, 224, 3]`, read-only, mapped from a file in `cache`; a cache miss writes the file."""
    stored = cache / f"{fingerprint(files, preprocessing)}.npy"
    if not stored.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _fill(stored, tuple(files), preprocessing)
    mapped: Inputs = np.load(stored, mmap_mode="r")
    return mapped


def _fill(stored: Path, files: tuple[Path, ...], preprocessing: Preprocessing) -> None:
    new = stored.with_suffix(".new.npy")
    shape = (len(files), preprocessing.size, preprocessing.size, 3)
    mapped = np.lib.format.open_memmap(new, mode="w+", dtype=np.uint8, shape=shape)
    start = 0
    for batch in load(files, preprocessing):
        mapped[start : start + len(batch)] = batch
        start += len(batch)
    mapped.flush()
    new.replace(stored)  # atomic: an interrupted run leaves no incomplete cache file


def fingerprint(files: Sequence[Path], preprocessing: Preprocessing) -> str:
    """Cache key: changes with every photo file (path, size, time) and with the preprocessing."""
    digest = hashlib.sha256(preprocessing.digest.encode())
    for file in files:
        facts = file.stat()
        digest.update(f"{file.resolve()}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]
