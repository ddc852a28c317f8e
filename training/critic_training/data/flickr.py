"""Metadata of millions of photos → labelled tables to download: `train.parquet`, `validation.parquet`.

Two passes over the table: the first collects a score and a digest of the id for each photo (12 bytes), the second
writes.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from critic_training.data.metadata import Rows, read_metadata
from critic_training.data.owner_split import VALIDATION_ONE_IN, is_validation
from critic_training.data.popularity_labels import BAD, GOOD, NEITHER, labels, popularity

TRAIN_FILE, VALIDATION_FILE = "train.parquet", "validation.parquet"
SCORES_FILE = "scores.npy"
BAD_ROWS_FILE, STATISTICS_FILE = "bad_rows.csv", "statistics.json"
SCHEMA = pa.schema([("photo_id", pa.string()), ("url", pa.string()), ("score", pa.float32()), ("label", pa.int8())])


@dataclass(frozen=True)
class Statistics:
    """Counts of rows. `bad`: by reason; `low` and `high`: the scores that bound the two classes."""

    rows: int
    bad: dict[str, int]
    repeated: int
    train: int
    validation: int
    low: float
    high: float


def label_photos(table: Path, out: Path, share: float = 0.2, one_in: int = VALIDATION_ONE_IN) -> Statistics:
    """Write both tables, `scores.npy` of all photos, `bad_rows.csv` and `statistics.json` into `out`.

    Raises ValueError when columns are missing, or fewer than ten photos are usable.
    """
    out.mkdir(parents=True, exist_ok=True)
    score, first = _scores(table)
    if first.sum() < 10:
        raise ValueError(f"only {int(first.sum())} usable photos in {table.name}")
    label = np.full(len(score), NEITHER, np.int8)
    label[first] = labels(score[first], share)
    np.save(out / SCORES_FILE, score[first])
    written, bad = _write(table, out, score, label, one_in)
    statistics = Statistics(
        rows=len(score) + bad.total(),
        bad=dict(bad),
        repeated=int((~first).sum()),
        train=written[TRAIN_FILE],
        validation=written[VALIDATION_FILE],
        low=float(score[label == BAD].max()),
        high=float(score[label == GOOD].min()),
    )
    (out / STATISTICS_FILE).write_text(json.dumps(statistics.__dict__, indent=1) + "\n", encoding="utf-8")
    return statistics


def _scores(table: Path) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Every usable row's score, and whether it is the first with its id."""
    scores, digests = [], []
    for rows in read_metadata(table):
        scores.append(popularity(rows.views, rows.days))
        digests.append(np.array([_digest(photo_id) for photo_id in rows.photo_id], np.uint64))
    if not scores:
        return np.zeros(0, np.float32), np.zeros(0, bool)
    _, at = np.unique(np.concatenate(digests), return_index=True)
    score = np.concatenate(scores)
    first = np.zeros(len(score), bool)
    first[at] = True
    return score, first


def _digest(photo_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(photo_id.encode(), digest_size=8).digest(), "big")


def _write(
    table: Path, out: Path, score: npt.NDArray[np.float32], label: npt.NDArray[np.int8], one_in: int
) -> tuple[Counter[str], Counter[str]]:
    """Counts of photos by file, and of rejected rows by reason."""
    written, bad = Counter[str](), Counter[str]()
    with ExitStack() as opened:
        writers = {
            name: opened.enter_context(pyarrow.parquet.ParquetWriter(out / name, SCHEMA))
            for name in (TRAIN_FILE, VALIDATION_FILE)
        }
        listed = csv.writer(opened.enter_context((out / BAD_ROWS_FILE).open("w", newline="", encoding="utf-8")))
        listed.writerow(("reason", "row"))
        for rows, at in _rows_with_positions(table):
            listed.writerows((reason, row) for row, reason in rows.bad)
            bad.update(reason for _, reason in rows.bad)
            for name, chosen in _sides(rows, label[at], one_in).items():
                writers[name].write_table(_table(rows, score[at], label[at], chosen))
                written[name] += len(chosen)
    return written, bad


def _rows_with_positions(table: Path) -> Iterator[tuple[Rows, slice]]:
    """Batches, with the position of their rows among all usable rows."""
    start = 0
    for rows in read_metadata(table):
        yield rows, slice(start, start + len(rows.photo_id))
        start += len(rows.photo_id)


def _sides(rows: Rows, label: npt.NDArray[np.int8], one_in: int) -> dict[str, list[int]]:
    chosen: dict[str, list[int]] = {TRAIN_FILE: [], VALIDATION_FILE: []}
    for number in np.flatnonzero(label != NEITHER):
        chosen[VALIDATION_FILE if is_validation(rows.owner[number], one_in) else TRAIN_FILE].append(int(number))
    return chosen


def _table(rows: Rows, score: npt.NDArray[np.float32], label: npt.NDArray[np.int8], chosen: list[int]) -> Any:
    columns = [[rows.photo_id[n] for n in chosen], [rows.url[n] for n in chosen], score[chosen], label[chosen]]
    return pa.table(columns, schema=SCHEMA)
