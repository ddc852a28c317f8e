"""`critic-train head`: the way of the shipped models, within half an hour on two cores.

    critic-train head --rated ../shared/data/oasis --across ../shared/data/vessel --pool ../shared/data/pool/index.csv \
        --weights alexnet_imagenet_features.safetensors --out runs/alexnet --seeds 7,8,9,10,11

`--arch efficientnet-lite0-maps` needs no weights: its package brings them.
"""

from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_sets import read_unrated
from critic_training.finetune.plan import Library, open_library
from critic_training.head.alexnet_backbone import AlexNetFront
from critic_training.head.backbone import Front
from critic_training.head.efficientnet_backbone import EfficientNetFront
from critic_training.head.train import Run
from critic_training.head.train import run as run_head
from critic_training.networks.network import EMBEDDING_SIZE
from critic_training.runs.progress import Progress

app = typer.Typer()


@app.command()
def head(  # noqa: PLR0913, PLR0917 - each is an option of the command
    rated: Annotated[Path, typer.Option(help="Folder with labels.csv and folds, to learn from.")],
    pool: Annotated[Path, typer.Option(help="Table of unlabelled photos (index.csv).")],
    out: Annotated[Path, typer.Option(help="Folder of the run.")],
    arch: Annotated[str, typer.Option(help="alexnet or efficientnet-lite0-maps.")] = "alexnet",
    weights: Annotated[
        Path | None,
        typer.Option(envvar="CRITIC_WEIGHTS", help="AlexNet's ImageNet convolutions; else the published ones, by URL."),
    ] = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders that are only answered about.")] = None,
    seeds: Annotated[str, typer.Option(help="One run of all folds each; the first one's head ships.")] = "7",
    workers: Annotated[int, typer.Option(min=1, help="Processes that make worse copies.")] = 2,
    cache: Annotated[Path, typer.Option(help="Where prepared photos and features are kept.")] = Path(".cache/photos"),
) -> None:
    """Learn two layers over frozen maps, from ratings and from worse copies; answer out of fold."""
    preprocessing = Preprocessing()
    library = open_library(rated, pool, across or (), cache, preprocessing)
    chosen = tuple(int(seed) for seed in seeds.split(","))
    front = _front(arch, weights, library)
    with Progress(shown=True) as progress:
        run_head(Run(front, library, read_unrated(pool), preprocessing, chosen, out, cache, workers), progress)


def _front(arch: str, weights: Path | None, library: Library) -> Front:
    if arch == "alexnet":
        return AlexNetFront(weights, library.pool, EMBEDDING_SIZE)
    if arch == "efficientnet-lite0-maps":
        return EfficientNetFront(EMBEDDING_SIZE)
    raise typer.BadParameter(f"no head is learnt over {arch!r}: alexnet or efficientnet-lite0-maps")
