"""`critic-train data flickr | oasis | vessel`: photos to learn from; of Flickr also the paper's figures 1 and 2.

critic-train data flickr metadata.parquet --out flickr
critic-train data flickr metadata.parquet --out flickr --no-download     labels and figure 1 only
critic-train data oasis FOLDER --out oasis
critic-train popularity --shards flickr/train --validation flickr/validation --out runs/flickr
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from critic_training.data.download import NoDownloader, download, downloader
from critic_training.data.flickr import SCORES_FILE, TRAIN_FILE, VALIDATION_FILE, label_photos
from critic_training.data.paper_figures import contact_sheet, extremes, score_distribution
from critic_training.data.rated_set import prepare
from critic_training.data.split_leakage import STRADDLING_FILE, remove_straddling

app = typer.Typer(name="data", help="Get and prepare photos to learn from.", no_args_is_help=True)
RatedFolder = Annotated[Path, typer.Argument(help="Folder with labels.csv (file, score, category[, group, fold]).")]
RatedOut = Annotated[Path, typer.Option("--out", help="Folder to write: labels.csv, photos, bad_rows.csv.")]
SIDES = {"train": TRAIN_FILE, "validation": VALIDATION_FILE}


@app.command()
def flickr(  # noqa: PLR0913, PLR0917 - each is an option of the command
    table: Annotated[Path, typer.Argument(help="CSV or Parquet: photo_id, url, views, uploaded, crawled[, owner].")],
    out: Annotated[Path, typer.Option(help="Folder for tables, shards and figures. An interrupted run goes on there.")],
    share: Annotated[float, typer.Option(help="Of the photos, on each side: top and bottom.")] = 0.2,
    parts: Annotated[int, typer.Option(min=2, help="One owner in so many validates.")] = 7,
    fetch: Annotated[bool, typer.Option("--download/--no-download", help="Fetch the photos with img2dataset.")] = True,
    processes: Annotated[int, typer.Option(min=1, help="Of img2dataset.")] = 4,
    per_shard: Annotated[int, typer.Option(min=1, help="Photos a tar.")] = 10_000,
) -> None:
    """Label photos by popularity, fetch them into shards, and draw what they look like."""
    console = Console()
    try:
        if fetch:
            downloader()  # better said now than after an hour of labelling
        told = label_photos(table, out, share, parts)
    except (NoDownloader, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    console.print(told)
    score_distribution(np.load(out / SCORES_FILE), told.low, told.high, out / "figure-1-scores.png")
    if not fetch:
        return
    for side, labelled in SIDES.items():
        console.print(side, download(out / labelled, out / side, processes=processes, per_shard=per_shard))
    twice = remove_straddling(out / "train", out / "validation", out / STRADDLING_FILE)
    console.print(f"{twice} validation photos that training has nearly the same were taken away: {STRADDLING_FILE}")
    _draw_extremes(out)


@app.command()
def oasis(source: RatedFolder, out: RatedOut) -> None:
    """Prepare the OASIS photos with their beauty ratings; where to get them: training/datasets/oasis."""
    _prepare(source, out)


@app.command()
def vessel(source: RatedFolder, out: RatedOut) -> None:
    """Prepare the Vessel scene photographs with their ratings; where to get them: training/datasets/vessel."""
    _prepare(source, out)


def _prepare(source: Path, out: Path) -> None:
    try:
        Console().print(prepare(source, out))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _draw_extremes(out: Path) -> None:
    best, worst = extremes(out / "train")
    contact_sheet(best, out / "figure-2-best.png")
    contact_sheet(worst, out / "figure-2-worst.png")
