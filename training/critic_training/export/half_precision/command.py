"""`critic-train half`: a finished model becomes one that computes in float16, for GPUs.

    critic-train half runs/aesthetics/exported --photos $CRITIC_DATA/ccby/attribution.csv --out exported/aesthetics-half
    critic-train publish exported/aesthetics-half /models --largest-batch 256

A whole repository at once, without photographs: `critic-train repository … --precision float16`.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_training.data.photo_sets import read_unrated
from critic_training.export.difference import read_inputs
from critic_training.export.half_precision.convert import convert
from critic_training.export.model_folder import read_manifest

app = typer.Typer()


@app.command()
def half(
    model: Annotated[Path, typer.Argument(help="Folder with model.onnx and manifest.json.")],
    photos: Annotated[Path, typer.Option(help="Table of photos that the two forms are compared on.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    every: Annotated[int, typer.Option(min=1, help="Take every n-th of these photos.")] = 1,
) -> None:
    """Write model.onnx and manifest.json of the same network in float16; refuses where it predicts otherwise."""
    console = Console()
    try:
        images = read_inputs(list(read_unrated(photos)[::every]), read_manifest(model).preprocessing)
        found = convert(model, images, out)
    except (OSError, ValueError) as error:
        console.print(f"not written: {error}")
        raise typer.Exit(1) from error
    console.print(f"written to {out}, differs by {found}")
