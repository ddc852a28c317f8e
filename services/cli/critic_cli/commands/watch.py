"""`photo-critic watch DIR`: scores of photos as they arrive in a folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_cli.connect import check_model, connect
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_cli.scoring.arrivals import arriving_photos
from critic_cli.scoring.output import json_line, sentence
from critic_cli.scoring.score_all import score_all


def watch(  # noqa: PLR0913, PLR0917 - one parameter an option
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder.", show_default=False)],
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    model: Annotated[str | None, typer.Option(help="Model; the server's default model if omitted.")] = None,
    as_json: Annotated[bool, typer.Option("--json-lines", help="Print an object of JSON a line.")] = False,
    at_a_time: Annotated[int, typer.Option("--at-a-time", min=1, max=64, help="Concurrent uploads.")] = 8,
) -> None:
    """Score each photo that is copied into a folder or changed there, until Ctrl-C."""
    render = json_line if as_json else sentence
    with connect(url, api_key) as client:
        check_model(client, model)
        Console(stderr=True).print(f"Watching {folder}; Ctrl-C ends.", style="dim", markup=False)
        for photos in arriving_photos(folder):
            for outcome in score_all(client, photos, at_a_time, model):
                sys.stdout.write(render(outcome) + "\n")
                sys.stdout.flush()
