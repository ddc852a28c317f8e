"""`photo-critic score FILE…`: critiques of files, by a running Photo Critic."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from critic_cli.client.client import Client
from critic_cli.client.connect import connect
from critic_cli.errors import CommandError
from critic_cli.files.find import find_photos
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_cli.scoring.outcome import Outcome, best_first
from critic_cli.scoring.output import print_scores, write_csv, write_json
from critic_cli.scoring.score_all import score_all
from critic_core.contracts.errors import CriticError


def score(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[list[Path], typer.Argument(help="Photos, and folders with photos.", show_default=False)],
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    model: Annotated[str | None, typer.Option(help="Model; the server's default model if omitted.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print complete critiques as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one line a photo as CSV.")] = False,
    at_a_time: Annotated[int, typer.Option("--at-a-time", min=1, max=64, help="Concurrent uploads.")] = 8,
) -> None:
    """Score photos with a running Photo Critic, best first. Exit code 1 if a file could not be scored."""
    if as_json and as_csv:
        raise CommandError("Choose one of --json and --csv.")
    found = find_photos(files)
    photos = found.files
    if skipped := found.skipped_sentence():
        Console(stderr=True).print(skipped, style="dim", markup=False)
    if not photos:
        raise CommandError("There are no photos among these files and folders.")
    with connect(url, api_key) as client:
        if model:
            _check_model(client, model)
        outcomes = best_first(_with_progress(score_all(client, photos, at_a_time, model), len(photos)))
    _print(outcomes, as_json, as_csv)
    if any(outcome.problem for outcome in outcomes):
        raise typer.Exit(1)


def _check_model(client: Client, model: str) -> None:
    """One error for an unknown model, in place of one a photo."""
    try:
        names = [manifest.name for manifest in client.models()]
    except CriticError as error:
        raise CommandError(error.detail) from None
    if model not in names:
        raise CommandError(f"The server has no model '{model}'. Its models: {', '.join(names) or 'none yet'}.")


def _with_progress(outcomes: Iterator[Outcome], total: int) -> list[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        return list(progress.track(outcomes, total=total, description="Scoring"))


def _print(outcomes: list[Outcome], as_json: bool, as_csv: bool) -> None:
    if as_json:
        write_json(outcomes, sys.stdout)
    elif as_csv:
        write_csv(outcomes, sys.stdout)
    else:
        print_scores(outcomes, Console())
