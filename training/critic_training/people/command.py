"""`critic-train people`: fits the last layers of a `critic-train pool` run to people's ratings, on a CPU.

critic-train people --run runs/pool --ratings $CRITIC_DATA/ratings --rated $CRITIC_DATA/oasis \
    --pool $CRITIC_DATA/pool/index.csv --across $CRITIC_DATA/vessel --out runs/aesthetics --seeds 7,8,9,10,11
"""

from pathlib import Path
from typing import Annotated

import typer

from critic_training.data.photo_sets import read_rated
from critic_training.data.rated_pool import read_pool
from critic_training.end_to_end.command import Ratings
from critic_training.networks.maps import MapsNetwork
from critic_training.people.train import PeopleRun, train_on_people
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.options import Pool, RatedFolder
from critic_training.runs.progress import Progress

app = typer.Typer()


@app.command()
def people(  # noqa: PLR0913, PLR0917 - options of the command
    run: Annotated[Path, typer.Option(help="Folder of a finished `critic-train pool`.")],
    ratings: Ratings,
    rated: RatedFolder,
    pool: Pool,
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders for evaluation only.")] = None,
    seeds: Annotated[str, typer.Option(help="One run of all folds each; the layers of the first seed ship.")] = "7",
    cache: Annotated[Path, typer.Option(help="Cache of preprocessed photos.")] = Path(".cache/photos"),
) -> None:
    """Fit the hidden and the last layer to people's ratings; predict out of fold and across data sets."""
    network = load_network(run / BEST_FILE)[0]
    if not isinstance(network, MapsNetwork):
        raise typer.BadParameter(f"{run} is no run of `critic-train pool`: its network is {network.architecture}")
    photos = read_rated(rated)
    try:
        rated_pool = read_pool(ratings, pool, photos)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    numbers = tuple(int(seed) for seed in seeds.split(","))
    sets = tuple(read_rated(folder) for folder in across or ())
    with Progress(shown=True) as progress:
        train_on_people(PeopleRun(network, photos, rated_pool, sets, numbers, out, cache), progress)
