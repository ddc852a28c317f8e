"""Outcomes for people (a table) and for programs (JSON, CSV)."""

import csv
import io
import json
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.files.names import printable
from critic_cli.output import write_chunks
from critic_cli.scoring.outcome import Outcome
from critic_core.contracts.critique import Critique, Level, PropertyName
from critic_core.exports.spreadsheet import escape_formula

_CSV_COLUMNS = (
    "file", "score", "probability", "percentile", "label", *(name.value for name in PropertyName),
    "model", "version", "error_code", "error",
)  # fmt: skip


def print_scores(outcomes: list[Outcome], console: Console) -> None:
    """A table of the critiques, best first, with unusual properties; then the problems in sentences."""
    scored = [(outcome, outcome.critique) for outcome in outcomes if outcome.critique is not None]
    if scored:
        console.print(_table(scored))
        console.print(Text(_legend(scored[0][1]), style="dim"))
    for outcome in outcomes:
        if outcome.problem is not None:
            console.print(Text.assemble(("✗ ", "red"), f"{_path(outcome)}: {outcome.problem.detail}"), soft_wrap=True)


def write_outcomes(outcomes: list[Outcome], json_file: Path | None, csv_file: Path | None) -> None:
    """Write the outcomes to these files; `-` is standard output."""
    for path, write in ((json_file, write_json), (csv_file, write_csv)):
        if path is not None:
            text = io.StringIO(newline="")
            write(outcomes, text)
            write_chunks(path, [text.getvalue().encode()])


def write_csv(outcomes: list[Outcome], out: TextIO) -> None:
    """One line a file; properties are numbers in the units of the API; no text is a formula."""
    writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(outcome) for outcome in outcomes)


def write_json(outcomes: list[Outcome], out: TextIO) -> None:
    """A list with one object a file: `file`, `photo_id`, and `critique` or `problem`."""
    json.dump([_entry(outcome) for outcome in outcomes], out, indent=2, ensure_ascii=False)
    out.write("\n")


def json_line(outcome: Outcome) -> str:
    """One object of JSON without line breaks, as in `write_json`."""
    return json.dumps(_entry(outcome), ensure_ascii=False)


def sentence(outcome: Outcome) -> str:
    """Score and name of a file, or its problem."""
    if outcome.critique is None:
        return f"    ✗ {_path(outcome)}: {outcome.problem.detail if outcome.problem else 'no critique'}"
    unusual = _unusual(outcome.critique)
    return f"{outcome.critique.score:5.1f} {_path(outcome)}" + (f" ({unusual})" if unusual else "")


def _entry(outcome: Outcome) -> dict[str, Any]:
    return {"file": _path(outcome), **outcome.model_dump(mode="json", exclude={"file"}, exclude_none=True)}


def _table(scored: list[tuple[Outcome, Critique]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Photo", no_wrap=True, overflow="ellipsis", min_width=12)
    for title in ("Score", "Better than"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Looks", no_wrap=True)
    table.add_column("Unusual", min_width=22)  # wraps between words, also in a terminal of 80 columns
    names = {outcome.file.name for outcome, _ in scored}
    render_name = _name if len(names) == len(scored) else _path  # folders distinguish files of the same name
    for rank, (outcome, critique) in enumerate(scored, start=1):
        table.add_row(
            str(rank), Text(render_name(outcome)), f"{critique.score:.1f}", f"{critique.percentile:.0f} %",
            critique.label, Text(_unusual(critique)),
        )  # fmt: skip
    return table


def _unusual(critique: Critique) -> str:
    """The unusual properties, e.g. `sharpness low · contrast high`."""
    unusual = [(name, prop) for name, prop in critique.properties.items() if prop.level is not Level.usual]
    return " · ".join(f"{name.replace('_', ' ')} {prop.level}" for name, prop in unusual)


def _legend(critique: Critique) -> str:
    provenance = critique.provenance
    return (
        f"Score: 0 to 100, higher is better, by {provenance.model} {provenance.version} on {provenance.device}. "
        f"Better than: share of the photos of {critique.reference}."
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    row: dict[str, Any] = {"file": _path(outcome)}
    if outcome.problem is not None:
        row |= {"error_code": outcome.problem.code, "error": outcome.problem.detail}
    if (critique := outcome.critique) is not None:
        row |= critique.model_dump(include={"score", "probability", "percentile", "label"})
        row |= {name.value: measured.value for name, measured in critique.properties.items()}
        row |= {"model": critique.provenance.model, "version": critique.provenance.version}
    return {name: escape_formula(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _path(outcome: Outcome) -> str:
    return printable(outcome.file)


def _name(outcome: Outcome) -> str:
    return printable(outcome.file.name)
