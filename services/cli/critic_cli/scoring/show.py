"""Answers for people (a table) and for programs (JSON, CSV)."""

import csv
import json
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.scoring.outcome import Outcome
from critic_core.contracts.critique import Critique, Level, PropertyName

_CSV_COLUMNS = (
    "file", "score", "probability", "percentile", "label", *(name.value for name in PropertyName),
    "model", "version", "error_code", "error",
)  # fmt: skip


def show_table(outcomes: list[Outcome], console: Console) -> None:
    """Best first, with what is unusual about each photo; then what went wrong, in sentences."""
    scored = [(outcome, outcome.critique) for outcome in outcomes if outcome.critique is not None]
    if scored:
        console.print(_table(scored))
        console.print(Text(_legend(scored[0][1]), style="dim"))
    for outcome in outcomes:
        if outcome.problem is not None:
            console.print(Text.assemble(("✗ ", "red"), f"{_path(outcome)}: {outcome.problem.detail}"), soft_wrap=True)


def show_csv(outcomes: list[Outcome], out: TextIO) -> None:
    """One line a file; the properties are numbers in the units that the API documents."""
    writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(outcome) for outcome in outcomes)


def show_json(outcomes: list[Outcome], out: TextIO) -> None:
    """A list with one object a file: `file`, `photo_id`, and `critique` or `problem`."""
    told = [outcome.model_dump(mode="json", exclude={"file"}, exclude_none=True) for outcome in outcomes]
    entries = [{"file": _path(outcome), **each} for outcome, each in zip(outcomes, told, strict=True)]
    json.dump(entries, out, indent=2, ensure_ascii=False)
    out.write("\n")


def _table(scored: list[tuple[Outcome, Critique]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Photo", no_wrap=True, overflow="ellipsis", min_width=12)
    for title in ("Score", "Better than"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Looks", no_wrap=True)
    table.add_column("Unusual", min_width=22)  # wraps between words, also in a terminal of 80 columns
    names = {outcome.file.name for outcome, _ in scored}
    shown = _name if len(names) == len(scored) else _path  # folders only where two files have one name
    for rank, (outcome, critique) in enumerate(scored, start=1):
        table.add_row(
            str(rank), Text(shown(outcome)), f"{critique.score:.1f}", f"{critique.percentile:.0f} %",
            critique.label, Text(_unusual(critique)),
        )  # fmt: skip
    return table


def _unusual(critique: Critique) -> str:
    """The properties outside of what is usual, e.g. `sharpness low · contrast high`."""
    told = critique.properties.items()
    return " · ".join(f"{name.replace('_', ' ')} {it.level}" for name, it in told if it.level is not Level.usual)


def _legend(critique: Critique) -> str:
    made = critique.provenance
    return (
        f"Score: 0 to 100, higher is better, by {made.model} {made.version} on {made.device}. "
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
    return row


def _path(outcome: Outcome) -> str:
    return printable(str(outcome.file))


def _name(outcome: Outcome) -> str:
    return printable(outcome.file.name)


def printable(path: str) -> str:
    """A path as it can be printed: bytes that are no UTF-8 and control characters replaced."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
