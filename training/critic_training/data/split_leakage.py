"""Near duplicates never straddle the split: validation photos that training also has leave the validation shards.

Owners already keep to one side; this is about the same picture posted by two people. One pass over each side, eight
bytes a training photo in memory.
"""

import csv
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.near_duplicates import Hashes, hash_of, near_pairs

STRADDLING_FILE = "straddling.csv"


def remove_straddling(train: Path, validation: Path, listed: Path) -> int:
    """Rewrites the validation tars that hold such photos, and lists them (photo, like). Returns how many there were.

    Photos that cannot be decoded are like nothing.
    """
    names, known = _hashes(train)
    asked_names, asked = _hashes(validation)
    found: dict[str, str] = {}
    for one, other in near_pairs(known, asked):
        found.setdefault(asked_names[one], names[other])
    _list(listed, found)
    for shard in sorted(validation.glob("*.tar")):
        _without(shard, found.keys() & {name for name, _ in _photos(shard)})
    return len(found)


def _hashes(side: Path) -> tuple[list[str], Hashes]:
    names, told = [], []
    for shard in sorted(side.glob("*.tar")):
        for name, photo in _photos(shard):
            found = hash_of(photo, Preprocessing())
            if found is not None:
                names.append(name)
                told.append(found)
    return names, np.array(told, np.uint64)


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
