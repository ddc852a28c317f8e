"""`critic-train data flickr | oasis | vessel | pack`: training photos; for Flickr also the paper's figures 1 and 2.

critic-train data flickr metadata.parquet --out flickr
critic-train data flickr metadata.parquet --out flickr --no-download     labels and figure 1 only
critic-train data oasis FOLDER --out oasis
critic-train data pack $CRITIC_DATA --out packed                           for a machine with a GPU: infra/gpu/train.sh
critic-train popularity --shards flickr/train --validation flickr/validation --out runs/flickr
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.download import NoDownloader, download, downloader
from critic_training.data.flickr import SCORES_FILE, TRAIN_FILE, VALIDATION_FILE, label_photos
from critic_training.data.owner_split import VALIDATION_ONE_IN
from critic_training.data.packed_photos import copy_tables, pack_photos
from critic_training.data.paper_figures import contact_sheet, extremes, score_distribution
from critic_training.data.photo_sets import read_rated
from critic_training.data.rated_pool import read_more, read_pool
from critic_training.data.rated_set import prepare
from critic_training.data.split_leakage import LEAKED_FILE, remove_leaked

app = typer.Typer(name="data", help="Download and prepare training photos.", no_args_is_help=True)
RatedFolder = Annotated[Path, typer.Argument(help="Folder with labels.csv (file, score, category[, group, fold]).")]
RatedOut = Annotated[Path, typer.Option("--out", help="Folder to write: labels.csv, photos, bad_rows.csv.")]
SIDES = {"train": TRAIN_FILE, "validation": VALIDATION_FILE}


@app.command()
def flickr(  # noqa: PLR0913, PLR0917 - options of the command
    table: Annotated[Path, typer.Argument(help="CSV or Parquet: photo_id, url, views, uploaded, crawled[, owner].")],
    out: Annotated[Path, typer.Option(help="Folder for tables, shards and figures. Resumes an interrupted run.")],
    share: Annotated[float, typer.Option(help="Fraction of the photos in each class: top and bottom.")] = 0.2,
    validation_one_in: Annotated[
        int, typer.Option(min=2, help="One owner in so many is for validation.")
    ] = VALIDATION_ONE_IN,
    fetch: Annotated[
        bool, typer.Option("--download/--no-download", help="Download the photos with img2dataset.")
    ] = True,
    processes: Annotated[int, typer.Option(min=1, help="Processes of img2dataset.")] = 4,
    per_shard: Annotated[int, typer.Option(min=1, help="Photos per tar.")] = 10_000,
) -> None:
    """Label photos by popularity, download them into shards, and draw the paper's figures 1 and 2."""
    console = Console()
    try:
        if fetch:
            downloader()  # fail now, and not after an hour of labelling
        statistics = label_photos(table, out, share, validation_one_in)
    except (NoDownloader, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    console.print(statistics)
    score_distribution(np.load(out / SCORES_FILE), statistics.low, statistics.high, out / "figure-1-scores.png")
    if not fetch:
        return
    for side, labelled in SIDES.items():
        console.print(side, download(out / labelled, out / side, processes=processes, per_shard=per_shard))
    leaked = remove_leaked(out / "train", out / "validation", out / LEAKED_FILE)
    console.print(f"{leaked} validation photos with a near duplicate in training were removed: {LEAKED_FILE}")
    _draw_extremes(out)


@app.command()
def oasis(source: RatedFolder, out: RatedOut) -> None:
    """Prepare the OASIS photos with their beauty ratings (source: training/datasets/oasis)."""
    _prepare(source, out)


@app.command()
def vessel(source: RatedFolder, out: RatedOut) -> None:
    """Prepare the Vessel scene photographs with their ratings (source: training/datasets/vessel)."""
    _prepare(source, out)


@app.command()
def pack(
    source: Annotated[Path, typer.Argument(help="Folder with ratings, pool, more and oasis.")],
    out: Annotated[Path, typer.Option(help="Folder to write, with the same layout.")],
    side: Annotated[int, typer.Option(help="Pixels of a photo's sides.")] = 256,
) -> None:
    """Pack the photos of `critic-train pool` at the network's size, to be carried to a machine with a GPU."""
    folders = [source / name for name in ("ratings", "pool", "more", "oasis")]
    ratings, pool, more, oasis = folders
    try:
        rated = read_rated(oasis)
        photos = read_pool(ratings, pool / "index.csv", rated) + read_more(more, ratings, rated)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    copy_tables(source, folders, out)
    pack_photos(source, photos.files + rated.files, out, Preprocessing(size=side))
    Console().print(f"{len(photos.files) + len(rated.files)} photos packed: {out}")


def _prepare(source: Path, out: Path) -> None:
    try:
        Console().print(prepare(source, out))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _draw_extremes(out: Path) -> None:
    best, worst = extremes(out / "train")
    contact_sheet(best, out / "figure-2-best.png")
    contact_sheet(worst, out / "figure-2-worst.png")
