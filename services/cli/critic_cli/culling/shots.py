"""Which files are one photo: a camera that writes RAW and JPEG writes the same picture twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

RAW_SUFFIXES = frozenset(
    (".cr2", ".cr3", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".dng", ".raf", ".orf", ".rw2", ".rwl")
)
DEVELOPED_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif"))


@dataclass(frozen=True)
class Shot:
    """A photo: the file that is sent, and all its files, that one among them."""

    sent: Path
    files: tuple[Path, ...]


def shots(files: Iterable[Path]) -> list[Shot]:
    """Files of one folder and one stem are one photo where one is RAW and one is what the camera developed from it.

    The developed one is sent: it is smaller, and what the photographer saw.
    """
    alike = defaultdict[tuple[Path, str], list[Path]](list)
    for file in files:
        alike[file.parent, file.stem.casefold()].append(file)
    return [shot for group in alike.values() for shot in _of(group)]


def _of(group: list[Path]) -> list[Shot]:
    raw = [file for file in group if file.suffix.lower() in RAW_SUFFIXES]
    developed = [file for file in group if file.suffix.lower() in DEVELOPED_SUFFIXES]
    if len(raw) != 1 or len(developed) != 1:
        return [Shot(file, (file,)) for file in group]
    pair = Shot(developed[0], (developed[0], raw[0]))
    return [pair, *(Shot(file, (file,)) for file in group if file not in pair.files)]
