"""`photo-critic score FILE…`: critiques of files."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from critic_cli.connect import check_model, connect
from critic_cli.culling.journal import state_folder
from critic_cli.culling.local_stack import local_stack
from critic_cli.errors import CommandError
from critic_cli.files.find import find_photos
from critic_cli.options import (
    DEFAULT_URL,
    STANDARD_STREAM,
    ApiKeyOption,
    CsvOption,
    JsonOption,
    LocalOption,
    UrlOption,
)
from critic_cli.output import check_outputs
from critic_cli.scoring.outcome import Outcome, best_first
from critic_cli.scoring.output import print_scores, write_outcomes
from critic_cli.scoring.score_all import score_all


def score(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[
        list[Path],
        typer.Argument(help="Photos, and folders with photos; - for one photo on standard input.", show_default=False),
    ],
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    local: LocalOption = False,
    model: Annotated[str | None, typer.Option(help="Model; the server's default model if omitted.")] = None,
    json: JsonOption = None,
    csv: CsvOption = None,
    at_a_time: Annotated[int, typer.Option("--at-a-time", min=1, max=64, help="Concurrent uploads.")] = 8,
) -> None:
    """Score photos, best first. Exit code 1 if a file could not be scored."""
    piped = check_outputs(json, csv)
    photos = _photos(files)
    with ExitStack() as stack:
        if local:
            url = stack.enter_context(local_stack(state_folder() / "local"))
        client = stack.enter_context(connect(url, api_key))
        check_model(client, model)
        outcomes = best_first(_with_progress(score_all(client, photos, at_a_time, model), len(photos)))
    write_outcomes(outcomes, json, csv)
    if not piped:
        print_scores(outcomes, Console())
    if any(outcome.problem for outcome in outcomes):
        raise typer.Exit(1)


def _photos(files: list[Path]) -> list[Path]:
    found = find_photos([file for file in files if file != STANDARD_STREAM])
    if skipped := found.skipped_sentence():
        Console(stderr=True).print(skipped, style="dim", markup=False)
    photos = [STANDARD_STREAM] * (STANDARD_STREAM in files) + found.files
    if not photos:
        raise CommandError("There are no photos among these files and folders.")
    return photos


def _with_progress(outcomes: Iterator[Outcome], total: int) -> list[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        return list(progress.track(outcomes, total=total, description="Scoring"))
