"""A rated set from a folder: every row is checked, near duplicates share a fold.

Input: `labels.csv` with the columns file, score, category and, where known, group and fold. Output: the same table with
groups and folds for all photos, the photos, and a list of unusable rows with the reason.
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
from critic_training.data.near_duplicates import near_pairs, photo_hash

LABELS_FILE, BAD_ROWS_FILE, STATISTICS_FILE = "labels.csv", "bad_rows.csv", "statistics.json"
REQUIRED = ("file", "score", "category")
FOLDS = 4
Row = dict[str, str]


@dataclass(frozen=True)
class Statistics:
    """Counts of rows; `near` photos joined the group of a near duplicate, `moved` photos changed fold."""

    rows: int
    bad: dict[str, int]
    photos: int
    near: int
    moved: int


def prepare(source: Path, out: Path) -> Statistics:
    """Writes labels.csv, the photos, bad_rows.csv and statistics.json.

    Raises ValueError when labels.csv or one of its columns is missing.
    """
    rows = _read(source / LABELS_FILE)
    checked = [(row, *_check(row, source)) for row in rows]
    bad = [(reason, row) for row, reason, _ in checked if reason]
    good = [row for row, reason, _ in checked if not reason]
    themes = _themes(good, np.array([value for *_, value in checked if value is not None], np.uint64))
    folds = _folds(good, themes)
    moved = sum(1 for row, fold in zip(good, folds, strict=True) if row.get("fold") not in {None, "", str(fold)})
    near = sum(1 for row, theme in zip(good, themes, strict=True) if theme != _group(row))
    _write(source, out, [row | {"group": t, "fold": str(f)} for row, t, f in zip(good, themes, folds, strict=True)])
    _list(out / BAD_ROWS_FILE, bad)
    statistics = Statistics(len(rows), dict(Counter(reason for reason, _ in bad)), len(good), near, moved)
    (out / STATISTICS_FILE).write_text(json.dumps(asdict(statistics), indent=1) + "\n", encoding="utf-8")
    return statistics


def _read(file: Path) -> list[Row]:
    if not file.is_file():
        raise ValueError(f"there is no {file}")
    with file.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{file} has no column {', '.join(missing)}")
        return list(reader)


def _check(row: Row, source: Path) -> tuple[str, int | None]:
    """The reason against a row and None, or "" and the photo's hash."""
    try:
        score = float(row["score"])
    except ValueError:
        return "the score is not a number", None
    if not np.isfinite(score) or not row["category"]:
        return "no score or no category", None
    file = source / row["file"]
    if not file.resolve().is_relative_to(source.resolve()) or not file.is_file():
        return "there is no such photo", None
    value = photo_hash(file.read_bytes(), Preprocessing())
    return ("", value) if value is not None else ("the photo cannot be decoded", None)


def _themes(rows: Sequence[Row], hashes: np.typing.NDArray[np.uint64]) -> list[str]:
    """Group of each row; groups with near duplicates are merged, under the first of their names (union-find)."""
    parent = {_group(row): _group(row) for row in rows}

    def root(group: str) -> str:
        while parent[group] != group:
            group = parent[group]
        return group

    for pair in near_pairs(hashes, hashes):
        first, second = sorted(root(_group(rows[position])) for position in pair)
        parent[second] = first
    return [root(_group(row)) for row in rows]


def _group(row: Row) -> str:
    return row.get("group") or row["file"]


def _folds(rows: Sequence[Row], themes: Sequence[str]) -> list[int]:
    """The most frequent fold of each theme's photos; a digest of the theme where no fold is known."""
    counts: dict[str, Counter[int]] = {theme: Counter() for theme in themes}
    for row, theme in zip(rows, themes, strict=True):
        if row.get("fold"):
            counts[theme][int(row["fold"])] += 1
    return [_fold(theme, counts[theme]) for theme in themes]


def _fold(theme: str, counts: Mapping[int, int]) -> int:
    if counts:
        return min(counts, key=lambda fold: (-counts[fold], fold))
    return int.from_bytes(hashlib.blake2b(theme.encode(), digest_size=8).digest(), "big") % FOLDS


def _write(source: Path, out: Path, rows: Sequence[Row]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for row in rows:
        copy = out / row["file"]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / row["file"], copy)
    with (out / LABELS_FILE).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]) if rows else REQUIRED, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _list(file: Path, bad: Iterable[tuple[str, Row]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("reason", "file"))
        writer.writerows((reason, row["file"]) for reason, row in bad)
