"""`critic-train report`: everything about a model, with plots.

    critic-train report services/inference/model_repository/aesthetics/1 --photos ../shared/data/ccby/attribution.csv \
        --run runs/aesthetics --rated ../shared/data/oasis --across ../shared/data/vessel \
        --tables runs/baselines/tables.json --out training/reports/aesthetics
"""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from critic_training.report.write import Report, write

app = typer.Typer()


@app.command()
def report(  # noqa: PLR0913, PLR0917 - each is an option of the command
    model: Annotated[Path, typer.Argument(help="A model's version folder.")],
    photos: Annotated[Path, typer.Option(help="Photos to ask about: file, author, landing_url, license.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    every: Annotated[int, typer.Option(min=1, help="Change only every n-th photo; all are scored.")] = 5,
    run: Annotated[Path | None, typer.Option(help="The run that the model was exported from.")] = None,
    rated: Annotated[Path | None, typer.Option(help="The rated folder it learnt from.")] = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders it only answered about.")] = None,
    tables: Annotated[Path | None, typer.Option(help="tables.json of `critic-train baselines`.")] = None,
) -> None:
    """Write what is known of a model: figures, plots, both ends of the score."""
    command = shlex.join(["critic-train", *sys.argv[1:]])
    print(write(Report(model, photos, every, out, command, run, rated, tuple(across or ()), tables)))
