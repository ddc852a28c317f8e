"""Command-line options that commands share. Data sets default to folders below `CRITIC_DATA`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

DATA = "CRITIC_DATA"


def data_default(option: str, relative: str) -> dict[str, Any]:
    """Keyword arguments of `typer.Option`: a path below `CRITIC_DATA`, or a usage error where it is not set."""
    return {"default_factory": _below_data(option, relative), "show_default": f"${DATA}/{relative}"}


def _below_data(option: str, relative: str) -> Callable[[], Path]:
    def default() -> Path:
        folder = os.environ.get(DATA)
        if not folder:
            raise typer.BadParameter(f"give {option}, or set {DATA} to the folder of the data sets", param_hint=option)
        return Path(folder, relative)

    return default


RatedFolder = Annotated[
    Path, typer.Option(help="Folder with labels.csv and folds, for training.", **data_default("--rated", "oasis"))
]
Pool = Annotated[
    Path, typer.Option(help="Table of unlabelled photos (index.csv).", **data_default("--pool", "pool/index.csv"))
]
AlexNetWeights = Annotated[
    Path | None,
    typer.Option(
        envvar="CRITIC_WEIGHTS",
        exists=True,
        dir_okay=False,
        help="AlexNet's ImageNet convolutions; without the option, torchvision's checkpoint is downloaded.",
    ),
]
