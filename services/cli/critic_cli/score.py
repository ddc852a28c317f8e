"""`photo-critic score`: what does a running Photo Critic say about these files?"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from critic_cli.client import Client
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_cli.reaching import reach
from critic_cli.refusal import Refusal
from critic_cli.scoring.outcome import Outcome, best_first
from critic_cli.scoring.photo_files import find_photos
from critic_cli.scoring.score_all import score_all
from critic_cli.scoring.show import show_csv, show_json, show_table
from critic_core.contracts.errors import CriticError


def score(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[list[Path], typer.Argument(help="Photos, and folders to look through.", show_default=False)],
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    model: Annotated[str | None, typer.Option(help="The model to ask; otherwise the server's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line a photo, for a spreadsheet.")] = False,
    at_a_time: Annotated[int, typer.Option("--at-a-time", min=1, max=64, help="Photos under way at once.")] = 8,
) -> None:
    """Score photos with a running Photo Critic, best first. Ends with 1 when some file could not be scored."""
    if as_json and as_csv:
        raise Refusal("Choose one of --json and --csv.")
    photos = find_photos(files)
    if not photos:
        raise Refusal("There are no photos in what you named.")
    with reach(url, api_key) as client:
        if model:
            _check_model(client, model)
        outcomes = best_first(_with_progress(score_all(client, photos, at_a_time, model), len(photos)))
    _show(outcomes, as_json, as_csv)
    if any(outcome.problem for outcome in outcomes):
        raise typer.Exit(1)


def _check_model(client: Client, model: str) -> None:
    """Say once, and not for every photo, that the server has no such model."""
    try:
        names = [manifest.name for manifest in client.models()]
    except CriticError as error:
        raise Refusal(error.detail) from None
    if model not in names:
        raise Refusal(f"No model '{model}' is served there. There are: {', '.join(names) or 'none yet'}.")


def _with_progress(outcomes: Iterator[Outcome], total: int) -> list[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        return list(progress.track(outcomes, total=total, description="Scoring"))


def _show(outcomes: list[Outcome], as_json: bool, as_csv: bool) -> None:
    if as_json:
        show_json(outcomes, sys.stdout)
    elif as_csv:
        show_csv(outcomes, sys.stdout)
    else:
        show_table(outcomes, Console())
