"""`photo-critic score FILE…`: critiques of files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from critic_cli.client import open_client
from critic_cli.command import command_of
from critic_cli.connect import check_model
from critic_cli.errors import CommandError
from critic_cli.files.find import find_photos
from critic_cli.options import (
    DEFAULT_URL,
    STANDARD_STREAM,
    ApiKeyOption,
    ConcurrencyOption,
    CsvOption,
    JsonOption,
    LocalOption,
    ModelOption,
    UrlOption,
)
from critic_cli.output import check_outputs
from critic_cli.scoring.outcome import Outcome, best_first
from critic_cli.scoring.output import print_scores, write_outcomes
from critic_cli.scoring.score_all import score_all


@dataclass(frozen=True)
class ScoreOptions:
    """The command's arguments and options."""

    files: Annotated[
        list[Path],
        typer.Argument(help="Photos, and folders with photos; - for one photo on standard input.", show_default=False),
    ]
    url: UrlOption = DEFAULT_URL
    api_key: ApiKeyOption = None
    local: LocalOption = False
    model: ModelOption = None
    json: JsonOption = None
    csv: CsvOption = None
    at_a_time: ConcurrencyOption = 8


@command_of(ScoreOptions)
def score(options: ScoreOptions) -> None:
    """Score photos, best first. Exit code 1 if a file could not be scored."""
    piped, photos = check_outputs(options.json, options.csv), _photos(options.files)
    with open_client(options.url, options.api_key, options.local) as client:
        check_model(client, options.model)
        scored = score_all(client, photos, options.at_a_time, options.model)
        outcomes = best_first(_with_progress(scored, len(photos)))
    write_outcomes(outcomes, options.json, options.csv)
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
