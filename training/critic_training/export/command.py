"""`critic-train export`: a finished run becomes a folder that `critic-train publish` takes.

    critic-train export --run runs/alexnet --rated ../shared/data/oasis --across ../shared/data/vessel \
        --pool ../shared/data/pool/index.csv --reference ../shared/data/ccby/attribution.csv --out exported/aesthetics
"""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.export.folder import Export
from critic_training.export.folder import export as export_run
from critic_training.export.parity import ParityError

app = typer.Typer()


@app.command()
def export(  # noqa: PLR0913, PLR0917 - each is an option of the command
    run: Annotated[Path, typer.Option(help="Folder of a finished `critic-train finetune`.")],
    rated: Annotated[Path, typer.Option(help="The rated folder it was trained on: for calibration and figures.")],
    pool: Annotated[Path, typer.Option(help="Table of unlabelled photos: thin factors are fitted to them.")],
    reference: Annotated[Path, typer.Option(help="Table of photos for percentiles; every seventh judges the forms.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders of across.csv.")] = None,
    name: Annotated[str, typer.Option(help="The model's name in the repository.")] = "aesthetics",
    version: Annotated[str, typer.Option(help="Its version: a number.")] = "1",
) -> None:
    """Write model.onnx, manifest.json and MODEL_CARD.md; refuses where ONNX and PyTorch do not agree."""
    command = shlex.join(["critic-train", *(_last(word) for word in sys.argv[1:])])
    asked = Export(run, rated, tuple(across or ()), pool, reference, out, name, version, command, Preprocessing())
    console = Console()
    try:
        export_run(asked, console)
    except (ParityError, ValueError) as error:
        console.print(f"not exported: {error}")
        raise typer.Exit(1) from error
    console.print(f"exported to {out}")


def _last(word: str) -> str:
    return Path(word).name if Path(word).is_absolute() else word
