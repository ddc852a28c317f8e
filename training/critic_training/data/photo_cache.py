"""Photos by number, prepared from their bytes by the code that serving uses: decoded each time, or once into a file."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs, load


class Photos(Protocol):
    """uint8 `[224, 224, 3]` by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Inputs: ...


class Decoded:
    """Decoded anew each time: for sets too large to keep prepared (150 KB a photo)."""

    def __init__(self, files: Sequence[Path], preprocessing: Preprocessing) -> None:
        self.files = tuple(files)
        self.preprocessing = preprocessing

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, number: int) -> Inputs:
        return prepare(self.files[number].read_bytes(), self.preprocessing)


def prepared(files: Sequence[Path], preprocessing: Preprocessing, cache: Path) -> Inputs:
    """All photos, `[N, 224, 224, 3]`, read only, mapped from a file in `cache` that is made when it is not there."""
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
    new.replace(stored)  # an interrupted run leaves no half-filled file under the name


def fingerprint(files: Sequence[Path], preprocessing: Preprocessing) -> str:
    """Of photos as they are prepared: changes when a photo or the preprocessing does."""
    told = hashlib.sha256(preprocessing.digest.encode())
    for file in files:
        facts = file.stat()
        told.update(f"{file.resolve()}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return told.hexdigest()[:24]
