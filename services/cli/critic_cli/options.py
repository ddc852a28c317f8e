"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_URL = "http://127.0.0.1:8000"


class Device(StrEnum):
    """What the network runs on."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


DataFolderOption = Annotated[
    Path,
    typer.Option(envvar="CRITIC_DATA_FOLDER", file_okay=False, help="Where a local stack keeps its photos and queue."),
]
UrlOption = Annotated[str, typer.Option(envvar="CRITIC_URL", help="Where Photo Critic answers.")]
ApiKeyOption = Annotated[
    str | None, typer.Option(envvar="CRITIC_API_KEY", help="Key for a server that wants one.", show_envvar=True)
]
