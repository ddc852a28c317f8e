"""RAW and JPEG files of one shot: a camera set to RAW+JPEG writes each picture twice."""

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
    """All files of one picture; `upload` is the one that is uploaded."""

    upload: Path
    files: tuple[Path, ...]


def pair_files(files: Iterable[Path]) -> list[Shot]:
    """Pair one RAW file with one developed file of the same folder and stem; other files are shots of their own.

    The developed file is uploaded: it is smaller, and shows the picture as the photographer saw it.
    """
    same_stem = defaultdict[tuple[Path, str], list[Path]](list)
    for file in files:
        same_stem[file.parent, file.stem.casefold()].append(file)
    return [shot for group in same_stem.values() for shot in _shots(group)]


def _shots(group: list[Path]) -> list[Shot]:
    raw = [file for file in group if file.suffix.lower() in RAW_SUFFIXES]
    developed = [file for file in group if file.suffix.lower() in DEVELOPED_SUFFIXES]
    if len(raw) != 1 or len(developed) != 1:
        return [Shot(file, (file,)) for file in group]
    pair = Shot(developed[0], (developed[0], raw[0]))
    return [pair, *(Shot(file, (file,)) for file in group if file not in pair.files)]
