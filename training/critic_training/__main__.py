"""Train a model and publish it to a model repository.

    critic-train aesthetics --data ../shared/data --weights alexnet_imagenet_features.safetensors \
        --out services/inference/model_repository

Without --weights, torchvision's published AlexNet checkpoint is downloaded. `make model` runs this.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_training.aesthetics import train
from critic_training.bench.command import app as bench
from critic_training.data.command import app as data
from critic_training.evaluation.command import app as evaluation
from critic_training.export.command import app as export
from critic_training.finetune.command import app as finetune
from critic_training.knobs import Knobs
from critic_training.publishing import app as publishing

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_show_locals=False)


app.add_typer(finetune)
app.add_typer(export)
app.add_typer(bench)
app.add_typer(data)
app.add_typer(evaluation)
app.add_typer(publishing)


@app.callback()
def _several_models() -> None:
    """Train a model and publish it to a model repository."""


@app.command()
def aesthetics(
    data: Annotated[Path, typer.Option(envvar="CRITIC_DATA", help="Folder with oasis, vessel, ccby and pool.")],
    out: Annotated[Path, typer.Option(help="The model repository to publish to.")],
    weights: Annotated[
        Path | None,
        typer.Option(envvar="CRITIC_WEIGHTS", help="ImageNet convolutions, safetensors; else torchvision's, by URL."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn by chance.")] = Knobs.seed,
) -> None:
    """AlexNet that tells pleasing from not pleasing photos, trained on the OASIS ratings."""
    train(data, weights, out, Knobs(seed=seed), Console())


def main() -> None:
    """The command `critic-train`."""
    app()


if __name__ == "__main__":
    main()
