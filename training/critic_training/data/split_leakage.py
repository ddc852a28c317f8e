"""Leakage between train and validation: validation photos with a near duplicate in training leave the shards.

The split by owner does not cover the same picture posted by two people. One pass over each side, eight bytes a
training photo in memory.
"""

import csv
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.near_duplicates import Hashes, near_pairs, photo_hash

LEAKED_FILE = "leaked.csv"


def remove_leaked(train: Path, validation: Path, listed: Path) -> int:
    """Rewrites the validation tars without leaked photos, and lists these (photo, like). Returns their number.

    Photos that cannot be decoded stay.
    """
    train_names, train_hashes = _hashes(train)
    names, hashes = _hashes(validation)
    found: dict[str, str] = {}
    for leaked, original in near_pairs(train_hashes, hashes):
        found.setdefault(names[leaked], train_names[original])
    _list(listed, found)
    for shard in sorted(validation.glob("*.tar")):
        _without(shard, found.keys() & {name for name, _ in _photos(shard)})
    return len(found)


def _hashes(side: Path) -> tuple[list[str], Hashes]:
    names, hashes = [], []
    for shard in sorted(side.glob("*.tar")):
        for name, photo in _photos(shard):
            value = photo_hash(photo, Preprocessing())
            if value is not None:
                names.append(name)
                hashes.append(value)
    return names, np.array(hashes, np.uint64)


def _photos(shard: Path) -> Iterator[tuple[str, bytes]]:
    """Key and bytes of each photo."""
    with tarfile.open(shard) as opened:
        for member in opened:
            content = opened.extractfile(member)
            if content and member.name.endswith(".jpg"):
                yield Path(member.name).stem, content.read()


def _without(shard: Path, keys: set[str]) -> None:
    if not keys:
        return
    new = shard.with_suffix(".new")
    with tarfile.open(shard) as opened, tarfile.open(new, "w") as written:
        for member in opened:
            if Path(member.name).name.split(".")[0] not in keys:
                written.addfile(member, opened.extractfile(member))
    new.replace(shard)


def _list(file: Path, found: dict[str, str]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("photo", "like"))
        writer.writerows(found.items())
