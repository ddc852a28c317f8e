"""`critic-train baselines`: the paper's tables I and II.

    critic-train baselines --rated ../shared/data/oasis --across ../shared/data/vessel \
        --pool ../shared/data/pool/index.csv --weights alexnet_imagenet_features.safetensors \
        --run runs/aesthetics --out runs/baselines

The sixth layer is the one that `critic-train head` makes of the frozen convolutions: no rating is in it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.baselines.alexnet_features import Looks, look
from critic_training.baselines.classifiers import BY_CHANCE, MACHINES
from critic_training.baselines.comparison import Entrant, lead, row, table_one, table_two, to_json
from critic_training.baselines.cross_validation import by_category, classifier, out_of_fold, regressor
from critic_training.data.photo_cache import prepared
from critic_training.data.photo_sets import Rated, read_rated, read_unrated
from critic_training.evaluation.statistics import sides
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.reliability import cross_fitted
from critic_training.head.alexnet_backbone import SAMPLE, AlexNetFront
from critic_training.networks.network import EMBEDDING_SIZE
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_across, read_out_of_fold

SEEDS = (7, 8, 9, 10, 11)
TABLES_FILE = "tables.json"

app = typer.Typer()


@app.command()
def baselines(  # noqa: PLR0913, PLR0917 - each is an option of the command
    rated: Annotated[Path, typer.Option(help="Folder with labels.csv and folds.")],
    pool: Annotated[Path, typer.Option(help="Table of unlabelled photos: fc6 learns to pool from some of them.")],
    out: Annotated[Path, typer.Option(help="Folder for tables.json.")],
    across: Annotated[Path | None, typer.Option(help="A rated folder that is only answered about.")] = None,
    run: Annotated[list[Path] | None, typer.Option(help="Runs of networks to compare; repeatable.")] = None,
    weights: Annotated[
        Path | None,
        typer.Option(envvar="CRITIC_WEIGHTS", help="AlexNet's ImageNet convolutions; else the published ones, by URL."),
    ] = None,
    cache: Annotated[Path, typer.Option(help="Where prepared photos are kept.")] = Path(".cache/photos"),
) -> None:
    """Machines on frozen features, and networks beside them: precision, recall, F1, accuracy."""
    knobs, console = EvaluationConfig(), Console()
    here, there = read_rated(rated), read_rated(across) if across else None
    photos = read_unrated(pool)
    sample = prepared(photos[:: max(1, len(photos) // SAMPLE)], Preprocessing(), cache)
    front = AlexNetFront(weights, sample, EMBEDDING_SIZE)
    seen = look(front, prepared(here.files, Preprocessing(), cache))
    other = look(front, prepared(there.files, Preprocessing(), cache)) if there else None
    machines = list(_machines(here, seen, other, knobs))
    networks = [_network(folder, here, there, knobs) for folder in run or ()]
    rows = [row(one, here, there, knobs) for one in (*machines, *networks)]
    leads = [lead(network, machine, here, knobs) for network in networks for machine in machines]
    console.print(table_one(rows), table_two(leads))
    out.mkdir(parents=True, exist_ok=True)
    (out / TABLES_FILE).write_text(json.dumps(to_json(rows, leads), indent=1) + "\n", encoding="utf-8")


def _machines(rated: Rated, seen: Looks, other: Looks | None, knobs: EvaluationConfig) -> Iterator[Entrant]:
    everything = np.arange(len(rated.score))
    for name, learn in MACHINES.items():
        seeds = SEEDS if name in BY_CHANCE else SEEDS[:1]
        fits = [classifier(rated, seen.fc6, learn, knobs.good_share, seed) for seed in seeds]
        told = [out_of_fold(rated, seen.fc6, fit) for fit in fits]
        yield Entrant(f"{name}, on fc6", told, [fit(everything)(other.fc6) for fit in fits] if other else [])
    fit = regressor(rated, seen.pool5)
    split = sides(rated, knobs.good_share)
    ratings = out_of_fold(rated, seen.pool5, fit)
    there = [fit(everything)(other.pool5)] if other else []
    yield Entrant("SVR, on pooled pool5", [cross_fitted(ratings, split, rated.fold)], there)
    apart = cross_fitted(by_category(rated, seen.pool5), split, rated.fold)
    yield Entrant("SVR, one a category, on pooled pool5", [apart], [])


def _network(run: Path, rated: Rated, other: Rated | None, knobs: EvaluationConfig) -> Entrant:
    split = sides(rated, knobs.good_share)
    told = read_out_of_fold(run / OUT_OF_FOLD_FILE, rated)
    probability = [cross_fitted(one, split, rated.fold) for one in told.values()]
    there = read_across(run / ACROSS_FILE, other) if other else {}
    return Entrant(f"network {run.name}", probability, list(there.values()))
