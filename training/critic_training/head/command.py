"""`critic-train head`: trains the shipped AlexNet, within half an hour on two cores.

    critic-train head --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel --pool $CRITIC_DATA/pool/index.csv \
        --weights $CRITIC_WEIGHTS --out runs/alexnet --seeds 7,8,9,10,11
"""

from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_sets import read_unrated
from critic_training.head.alexnet_backbone import AlexNetBackbone
from critic_training.head.train import HeadRun, train_head
from critic_training.networks.network import EMBEDDING_SIZE
from critic_training.runs.library import open_library
from critic_training.runs.options import AlexNetWeights, Pool, RatedFolder
from critic_training.runs.progress import Progress

app = typer.Typer()


@app.command()
def head(  # noqa: PLR0913, PLR0917 - options of the command
    rated: RatedFolder,
    pool: Pool,
    out: Annotated[Path, typer.Option(help="Folder of the run.")],
    weights: AlexNetWeights = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders for evaluation only.")] = None,
    seeds: Annotated[str, typer.Option(help="One run of all folds each; the head of the first seed ships.")] = "7",
    workers: Annotated[int, typer.Option(min=1, help="Processes that render degraded copies.")] = 2,
    cache: Annotated[Path, typer.Option(help="Cache of preprocessed photos and features.")] = Path(".cache/photos"),
) -> None:
    """Train a head of two layers over frozen features, from ratings and degraded copies; predict out of fold."""
    preprocessing = Preprocessing()
    library = open_library(rated, pool, across or (), cache, preprocessing)
    backbone = AlexNetBackbone(weights, library.pool, EMBEDDING_SIZE)
    numbers = tuple(int(seed) for seed in seeds.split(","))
    run = HeadRun(backbone, library, read_unrated(pool), preprocessing, numbers, out, cache, workers)
    with Progress(shown=True) as progress:
        train_head(run, progress)
