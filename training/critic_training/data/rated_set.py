"""A rated set from a folder: every row checked, near duplicates kept on one side of every fold.

In: `labels.csv` with the columns file, score, category and, where they are known, group and fold. Out: the same, with
the photos beside it, groups and folds for all; rows that cannot be used are listed with the reason, and never fatal.
"""

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.near_duplicates import hash_of, near_pairs

LABELS_FILE, BAD_ROWS_FILE, STATISTICS_FILE = "labels.csv", "bad_rows.csv", "statistics.json"
NEEDED = ("file", "score", "category")
FOLDS = 4
Row = dict[str, str]


@dataclass(frozen=True)
class Statistics:
    """What became of the rows; `near` photos share their group with a near duplicate, `moved` changed fold for it."""

    rows: int
    bad: dict[str, int]
    photos: int
    near: int
    moved: int


def prepare(source: Path, out: Path) -> Statistics:
    """Writes labels.csv, the photos, bad_rows.csv and statistics.json.

    Raises ValueError when there is no labels.csv, or a column is missing.
    """
    rows = _read(source / LABELS_FILE)
    checked = [(row, *_check(row, source)) for row in rows]
    good = [(row, told) for row, reason, told in checked if not reason and told is not None]
    bad = [(reason, row) for row, reason, _ in checked if reason]
    kept = [row for row, _ in good]
    themes = _themes(kept, np.array([told for _, told in good], np.uint64))
    folds = _folds(kept, themes)
    moved = sum(1 for row, fold in zip(kept, folds, strict=True) if row.get("fold") not in {None, "", str(fold)})
    near = sum(1 for row, theme in zip(kept, themes, strict=True) if theme != _group(row))
    _write(source, out, [row | {"group": t, "fold": str(f)} for row, t, f in zip(kept, themes, folds, strict=True)])
    _list(out / BAD_ROWS_FILE, bad)
    told = Statistics(len(rows), dict(Counter(reason for reason, _ in bad)), len(kept), near, moved)
    (out / STATISTICS_FILE).write_text(json.dumps(asdict(told), indent=1) + "\n", encoding="utf-8")
    return told


def _read(file: Path) -> list[Row]:
    if not file.is_file():
        raise ValueError(f"there is no {file}")
    with file.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{file} has no column {', '.join(missing)}")
        return list(reader)


def _check(row: Row, source: Path) -> tuple[str, int | None]:
    """Why the row cannot be used, or nothing; and the photo's hash."""
    try:
        score = float(row["score"])
    except ValueError:
        return "the score is not a number", None
    if not np.isfinite(score) or not row["category"]:
        return "no score or no category", None
    file = source / row["file"]
    if not file.resolve().is_relative_to(source.resolve()) or not file.is_file():
        return "there is no such photo", None
    told = hash_of(file.read_bytes(), Preprocessing())
    return ("", told) if told is not None else ("the photo cannot be decoded", None)


def _themes(rows: Sequence[Row], hashes: np.typing.NDArray[np.uint64]) -> list[str]:
    """Groups, joined where photos of two of them are nearly the same; a group is called by its first name."""
    name = {_group(row): _group(row) for row in rows}

    def root(group: str) -> str:
        while name[group] != group:
            group = name[group]
        return group

    for one, other in near_pairs(hashes, hashes):
        first, second = sorted((root(_group(rows[one])), root(_group(rows[other]))))
        name[second] = first
    return [root(_group(row)) for row in rows]


def _group(row: Row) -> str:
    return row.get("group") or row["file"]


def _folds(rows: Sequence[Row], themes: Sequence[str]) -> list[int]:
    """The fold that most of a theme's photos are given; by a digest of the theme where none is."""
    given: dict[str, Counter[int]] = {theme: Counter() for theme in themes}
    for row, theme in zip(rows, themes, strict=True):
        if row.get("fold"):
            given[theme][int(row["fold"])] += 1
    return [_fold(theme, given[theme]) for theme in themes]


def _fold(theme: str, given: Mapping[int, int]) -> int:
    if given:
        return min(given, key=lambda fold: (-given[fold], fold))
    return int.from_bytes(hashlib.blake2b(theme.encode(), digest_size=8).digest(), "big") % FOLDS


def _write(source: Path, out: Path, rows: Sequence[Row]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for row in rows:
        copy = out / row["file"]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / row["file"], copy)
    with (out / LABELS_FILE).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]) if rows else NEEDED, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _list(file: Path, bad: Iterable[tuple[str, Row]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("reason", "file"))
        writer.writerows((reason, row["file"]) for reason, row in bad)
