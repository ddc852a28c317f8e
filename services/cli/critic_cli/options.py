"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

STANDARD_STREAM = Path("-")
"""A file name for standard input or output."""

DEFAULT_URL = "http://127.0.0.1:8000"


class Device(StrEnum):
    """The device of the inference server."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


DataFolderOption = Annotated[
    Path,
    typer.Option(envvar="CRITIC_DATA_FOLDER", file_okay=False, help="Folder of the local stack's photos and queue."),
]
UrlOption = Annotated[str, typer.Option(envvar="CRITIC_URL", help="Address of Photo Critic.")]
ApiKeyOption = Annotated[
    str | None, typer.Option(envvar="CRITIC_API_KEY", help="API key, for a server with API keys.", show_envvar=True)
]
ModelOption = Annotated[str | None, typer.Option(help="Model; the server's default model if omitted.")]
ConcurrencyOption = Annotated[int, typer.Option("--at-a-time", min=1, max=64, help="Concurrent uploads.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Start a stack, and stop it afterwards.")]
CsvOption = Annotated[
    Path | None, typer.Option(dir_okay=False, allow_dash=True, help="CSV file to write; - for standard output.")
]
JsonOption = Annotated[
    Path | None, typer.Option(dir_okay=False, allow_dash=True, help="JSON file to write; - for standard output.")
]
HtmlOption = Annotated[
    Path | None,
    typer.Option(dir_okay=False, allow_dash=True, help="HTML contact sheet to write; - for standard output."),
]
