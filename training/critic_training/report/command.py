"""`critic-train report`: all figures of a model, with plots.

    critic-train report services/inference/model_repository/aesthetics/1 --photos $CRITIC_DATA/ccby/attribution.csv \
        --run runs/aesthetics --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel \
        --tables runs/baselines/tables.json --pool-run runs/pool/metrics.jsonl --out training/reports/aesthetics
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from critic_training.export.model_folder import recorded_command
from critic_training.report.write import Report, write

app = typer.Typer()


@app.command()
def report(  # noqa: PLR0913, PLR0917 - each is an option of the command
    model: Annotated[Path, typer.Argument(help="A model's version folder.")],
    photos: Annotated[Path, typer.Option(help="Photos to score: file, author, landing_url, license.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    every: Annotated[int, typer.Option(min=1, help="Change only every n-th photo; all are scored.")] = 5,
    run: Annotated[Path | None, typer.Option(help="The run that the model was exported from.")] = None,
    rated: Annotated[Path | None, typer.Option(help="The rated folder it learnt from.")] = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders of across.csv.")] = None,
    tables: Annotated[Path | None, typer.Option(help="tables.json of `critic-train baselines`.")] = None,
    pool_run: Annotated[Path | None, typer.Option(help="metrics.jsonl of `critic-train pool`.")] = None,
    ratings: Annotated[Path | None, typer.Option(help="Folder of ratings of the pool and of --photos.")] = None,
    plots: Annotated[bool, typer.Option(help="Without: the text alone.")] = True,
) -> None:
    """Write the report of a model: figures, plots, both ends of the score."""
    command = recorded_command(sys.argv[1:])
    print(
        write(
            Report(
                model, photos, every, out, command, run, rated, tuple(across or ()), tables, pool_run, plots, ratings
            )
        )
    )
