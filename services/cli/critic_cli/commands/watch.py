"""`photo-critic watch DIR`: scores of photos as they arrive in a folder."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_cli.command import command_of
from critic_cli.connect import check_model, connect
from critic_cli.options import DEFAULT_URL, ApiKeyOption, ConcurrencyOption, ModelOption, UrlOption
from critic_cli.scoring.arrivals import arriving_photos
from critic_cli.scoring.output import json_line, sentence
from critic_cli.scoring.score_all import score_all


@dataclass(frozen=True)
class WatchOptions:
    """The command's argument and options."""

    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder.", show_default=False)]
    url: UrlOption = DEFAULT_URL
    api_key: ApiKeyOption = None
    model: ModelOption = None
    json_lines: Annotated[bool, typer.Option("--json-lines", help="Print an object of JSON a line.")] = False
    at_a_time: ConcurrencyOption = 8


@command_of(WatchOptions)
def watch(options: WatchOptions) -> None:
    """Score each photo that is copied into a folder or changed there, until Ctrl-C."""
    render = json_line if options.json_lines else sentence
    with connect(options.url, options.api_key) as client:
        check_model(client, options.model)
        Console(stderr=True).print(f"Watching {options.folder}; Ctrl-C ends.", style="dim", markup=False)
        for photos in arriving_photos(options.folder):
            for outcome in score_all(client, photos, options.at_a_time, options.model):
                sys.stdout.write(render(outcome) + "\n")
                sys.stdout.flush()
