"""`photo-critic batch MANIFEST`: critiques of many photos that the server reads itself."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from critic_cli.command import command_of
from critic_cli.connect import check_model, connect
from critic_cli.errors import CommandError
from critic_cli.options import DEFAULT_URL, STANDARD_STREAM, ApiKeyOption, ModelOption, UrlOption
from critic_cli.output import write_chunks
from critic_cli.parquet import check_parquet, write_parquet
from critic_client import Batches
from critic_core.contracts.batch import Batch, BatchLine, BatchResult
from critic_core.contracts.errors import CriticError

STEP_SECONDS = 2.0
PARQUET = ".parquet"


@dataclass(frozen=True)
class BatchOptions:
    """The command's argument and options."""

    manifest: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help='JSON lines: {"url": "https://…"} or {"key": "…"}, with `reference` and `metadata`.',
            show_default=False,
        ),
    ]
    url: UrlOption = DEFAULT_URL
    api_key: ApiKeyOption = None
    model: ModelOption = None
    results: Annotated[
        Path, typer.Option(dir_okay=False, allow_dash=True, help="JSON lines, or FILE.parquet; - for standard output.")
    ] = STANDARD_STREAM


@command_of(BatchOptions)
def batch(options: BatchOptions) -> None:
    """Score the photos of a manifest; results are JSON lines or Parquet. Exit code 1 if a photo could not be scored."""
    if options.results.suffix == PARQUET:
        check_parquet()
    with connect(options.url, options.api_key) as client:
        check_model(client, options.model)
        try:
            created = client.batches.create(_lines(options.manifest), options.model)
            sys.stderr.write(f"Batch {created.id}\n")
            finished = _follow(client.batches, created)
            _write(options.results, client.batches.results(created.id))
            with suppress(CriticError):  # it expires
                client.batches.delete(created.id)
        except CriticError as error:
            raise CommandError(error.detail) from None
    if finished.failed:
        raise typer.Exit(1)


def _lines(manifest: Path) -> Iterator[BatchLine]:
    with manifest.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield BatchLine.model_validate_json(line)
            except ValueError:
                raise CommandError(f"Line {number} of {manifest} is no photo of a manifest.") from None


def _write(path: Path, results: Iterable[BatchResult]) -> None:
    if path.suffix == PARQUET:
        write_parquet(path, results)
        return
    write_chunks(path, (f"{result.model_dump_json(exclude_none=True)}\n".encode() for result in results))


def _follow(batches: Batches, batch: Batch) -> Batch:
    """The batch once all results are written; on a terminal with a bar, and the reason of a delay."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Scoring", total=batch.lines)
        while batch.finished_at is None:
            batch = batches.wait(batch.id, STEP_SECONDS)
            description = batch.delay.detail if batch.delay else "Scoring"
            progress.update(task, completed=batch.done + batch.failed, description=description)
    return batch
