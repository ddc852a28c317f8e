"""`critic-train export`: a finished run becomes a folder that `critic-train publish` takes.

    critic-train export --run runs/alexnet --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel \
        --pool $CRITIC_DATA/pool/index.csv --reference $CRITIC_DATA/ccby/attribution.csv --out exported/aesthetics
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.export.difference import ParityError
from critic_training.export.export_run import export_run
from critic_training.export.manifest import ExportRequest
from critic_training.export.model_folder import recorded_command

app = typer.Typer()


@app.command()
def export(  # noqa: PLR0913, PLR0917 - each is an option of the command
    run: Annotated[Path, typer.Option(help="Folder of a finished `critic-train finetune`.")],
    rated: Annotated[Path, typer.Option(help="The rated folder it was trained on: for calibration and figures.")],
    pool: Annotated[Path, typer.Option(help="Table of unlabelled photos: thin factors are fitted to them.")],
    reference: Annotated[Path, typer.Option(help="Table of photos for percentiles; every seventh judges the forms.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders of across.csv.")] = None,
    more: Annotated[list[Path] | None, typer.Option(help="Further tables of training photos, for the card.")] = None,
    ratings: Annotated[
        Path | None,
        typer.Option(help="Folder of pool.csv and kinds.csv: scores in raters' points; without, 100 × probability."),
    ] = None,
    name: Annotated[str, typer.Option(help="The model's name in the repository.")] = "aesthetics",
    version: Annotated[str, typer.Option(help="Its version: a number.")] = "1",
) -> None:
    """Write model.onnx, manifest.json and MODEL_CARD.md; refuses where ONNX and PyTorch do not agree."""
    command = recorded_command(sys.argv[1:])
    request = ExportRequest(
        run,
        rated,
        tuple(across or ()),
        pool,
        reference,
        out,
        name,
        version,
        command,
        Preprocessing(),
        tuple(more or ()),
        ratings,
    )
    console = Console()
    try:
        export_run(request, console)
    except (ParityError, ValueError) as error:
        console.print(f"not exported: {error}")
        raise typer.Exit(1) from error
    console.print(f"exported to {out}")
