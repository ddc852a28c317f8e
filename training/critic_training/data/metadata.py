"""A table of photo metadata, CSV or Parquet, read in batches: memory is that of one batch.

Columns: photo_id, url, views, uploaded, crawled (ISO 8601 dates; a time of day is ignored), and optionally owner.
Unusable rows are returned with a reason, and do not stop the reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

REQUIRED = ("photo_id", "url", "views", "uploaded", "crawled")
OWNER = "owner"
BATCH_BYTES = 8 * 1024 * 1024
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Rows:
    """Usable rows of one batch, and `bad` rows: (row as text, reason)."""

    photo_id: list[str]
    url: list[str]
    owner: list[str]
    views: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    bad: list[tuple[str, str]]


def read_metadata(table: Path) -> Iterator[Rows]:
    """The table's rows in order. Raises ValueError for a missing column or another file type."""
    malformed: list[tuple[str, str]] = []
    for batch in _batches(table, malformed):
        missing = [name for name in REQUIRED if name not in batch.schema.names]
        if missing:
            raise ValueError(f"{table.name} has no column {', '.join(missing)}")
        rows = _usable(batch)
        rows.bad.extend(malformed)
        malformed.clear()
        yield rows
    if malformed:
        yield Rows([], [], [], np.zeros(0, np.int64), np.zeros(0, np.int64), malformed)


def _batches(table: Path, malformed: list[tuple[str, str]]) -> Iterator[Any]:
    if table.suffix == ".parquet":
        yield from pyarrow.parquet.ParquetFile(table).iter_batches(BATCH_ROWS)
        return
    if table.suffix != ".csv":
        raise ValueError(f"{table.name}: only .csv and .parquet are read")

    def skip_malformed(row: Any) -> str:
        malformed.append((row.text or "", f"{row.actual_columns} columns, not {row.expected_columns}"))
        return "skip"

    text = dict.fromkeys([*REQUIRED, OWNER], pa.string())  # a malformed number must not fail the whole batch
    yield from pyarrow.csv.open_csv(
        table,
        pyarrow.csv.ReadOptions(block_size=BATCH_BYTES, use_threads=False),
        pyarrow.csv.ParseOptions(invalid_row_handler=skip_malformed),
        pyarrow.csv.ConvertOptions(column_types=text, strings_can_be_null=True, null_values=[""]),
    )


def _usable(batch: Any) -> Rows:
    text = {name: batch.column(name).cast(pa.string()) for name in REQUIRED}
    owner = batch.column(OWNER).cast(pa.string()) if OWNER in batch.schema.names else text["photo_id"]
    whole = pc.match_substring_regex(text["views"], r"^\d{1,15}$").fill_null(False)
    views = pc.if_else(whole, text["views"], "0").cast(pa.int64())
    uploaded, crawled = (_day(text[name]) for name in ("uploaded", "crawled"))
    days = pc.days_between(uploaded, crawled)
    reasons = {
        "no photo_id": pc.is_null(text["photo_id"]),
        "no url": pc.invert(pc.starts_with(text["url"], "http").fill_null(False)),
        "views are no number": pc.invert(whole),
        "uploaded is no date": pc.is_null(uploaded),
        "crawled is no date": pc.is_null(crawled),
        "crawled before it was uploaded": pc.less(days, 0).fill_null(False),
    }
    bad = _bad(batch, {reason: mask.to_numpy(zero_copy_only=False) for reason, mask in reasons.items()})
    good = pa.array(np.array([not reason for reason in bad], bool))
    known = pc.if_else(pc.is_null(owner), text["photo_id"], owner)
    return Rows(
        photo_id=text["photo_id"].filter(good).to_pylist(),
        url=text["url"].filter(good).to_pylist(),
        owner=known.filter(good).to_pylist(),
        views=views.filter(good).to_numpy(zero_copy_only=False),
        days=days.filter(good).to_numpy(zero_copy_only=False).astype(np.int64),
        bad=[(str(batch.slice(number, 1).to_pylist()[0]), reason) for number, reason in enumerate(bad) if reason],
    )


def _day(column: Any) -> Any:
    text = pc.utf8_slice_codeunits(column, 0, 10)
    day = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True)
    real = pc.equal(pc.strftime(day, format="%Y-%m-%d"), text)  # strptime turns 31 February into March
    return pc.if_else(real, day, None)


def _bad(batch: Any, reasons: dict[str, npt.NDArray[np.bool_]]) -> list[str]:
    """The first reason against each row, or ""."""
    first = np.full(batch.num_rows, "", dtype=object)
    for reason, mask in reversed(reasons.items()):
        first[mask] = reason
    return list(first)
