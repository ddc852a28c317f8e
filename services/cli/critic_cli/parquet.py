"""Results of a batch as a Parquet file, for data frames; needs pyarrow (`pip install 'photo-critic[cli,parquet]'`)."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from critic_cli.errors import CommandError
from critic_cli.output import open_output
from critic_core.contracts.batch import BatchResult
from critic_core.contracts.critique import Critique, PropertyName

TEXTS = ("reference", "photo_id", "label", "kind", "model", "version", "error_code", "error")
NUMBERS = ("score", "low", "high", "probability", "percentile", *(name.value for name in PropertyName))
GROUP_ROWS = 5_000  # in memory at a time


def check_parquet() -> None:
    """CommandError without pyarrow."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - 40 MB that few commands need
    except ImportError:
        raise CommandError("Parquet needs pyarrow: pip install 'photo-critic[cli,parquet]'.") from None


def write_parquet(path: Path, results: Iterable[BatchResult]) -> None:
    """A row for each line: `line`, TEXTS and NUMBERS, null where the result has no value."""
    import pyarrow as pa  # noqa: PLC0415 - as above
    from pyarrow import parquet  # noqa: PLC0415

    text, number = ((name, pa.string()) for name in TEXTS), ((name, pa.float64()) for name in NUMBERS)
    schema = pa.schema([("line", pa.int64()), *text, *number])
    rows = map(_row, results)
    with open_output(path) as out, parquet.ParquetWriter(out, schema) as writer:
        for first in rows:
            writer.write_table(pa.Table.from_pylist([first, *islice(rows, GROUP_ROWS - 1)], schema))


def _row(result: BatchResult) -> dict[str, Any]:
    row: dict[str, Any] = {"line": result.line, "reference": result.reference}
    problem, critique = result.problem, None
    if result.photo is not None:
        row["photo_id"] = result.photo.id
        problem, critique = result.photo.problem, result.photo.critique
    if problem is not None:
        row |= {"error_code": problem.code, "error": problem.detail}
    return row | (_values(critique) if critique is not None else {})


def _values(critique: Critique) -> dict[str, Any]:
    values: dict[str, Any] = critique.model_dump(include={"score", "probability", "percentile", "label", "kind"})
    values |= {name.value: measured.value for name, measured in critique.properties.items()}
    if critique.interval is not None:
        values |= critique.interval.model_dump(include={"low", "high"})
    return values | {"model": critique.provenance.model, "version": critique.provenance.version}
