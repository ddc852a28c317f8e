"""`critic-train pool`: trains a whole network on rated pool photos; minutes on a GPU, hours on a CPU.

    critic-train pool --ratings $CRITIC_DATA/ratings --more $CRITIC_DATA/more --rated $CRITIC_DATA/oasis \
        --pool $CRITIC_DATA/pool/index.csv --arch efficientnet-lite2-maps --out runs/pool

On a machine without the other commands' libraries: `python -m critic_training.end_to_end.command`.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import Positions, read_rated
from critic_training.data.rated_pool import RatedPool, read_more, read_pool, standardise_people
from critic_training.end_to_end.hyperparameters import TAUGHT, PoolHyperparameters
from critic_training.end_to_end.photos import MARGIN, DevicePhotos
from critic_training.end_to_end.student import PoolStudent, rate
from critic_training.end_to_end.train import PoolRun, train_on_pool
from critic_training.evaluation.statistics import spearman
from critic_training.finetune.precision import compute_dtype, set_memory_format
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import BEST_FILE, load_network, write_best
from critic_training.runs.configuration import Configuration, Precision
from critic_training.runs.options import AlexNetWeights, Pool, RatedFolder, data_default

METRICS_FILE = "metrics.jsonl"

app = typer.Typer()
Ratings = Annotated[
    Path, typer.Option(help="Folder with pool.csv, kinds.csv, oasis_check.csv.", **data_default("--ratings", "ratings"))
]


@app.command()
def pool(  # noqa: PLR0913, PLR0917 - options of the command
    ratings: Ratings,
    rated: RatedFolder,
    pool: Pool,
    out: Annotated[Path, typer.Option(help="Folder of the run: checkpoint.pt, metrics.jsonl.")],
    more: Annotated[Path | None, typer.Option(help="Folder of further rated photos, with index.csv.")] = None,
    arch: Annotated[str, typer.Option(help="efficientnet-lite2-maps or alexnet-maps.")] = "efficientnet-lite2-maps",
    weights: AlexNetWeights = None,
    teacher: Annotated[
        Path | None, typer.Option(help="A finished run of this command: its ratings are learnt.")
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="Views of each photo; 6, or 9 with a teacher.")] = None,
    hold_out: Annotated[int, typer.Option(help="Measure on one pool photo in so many; 0: train on all.")] = 0,
    seed: Annotated[int, typer.Option(help="Of all random draws.")] = PoolHyperparameters.seed,
    cache: Annotated[Path, typer.Option(help="Cache of preprocessed photos.")] = Path(".cache/photos"),
) -> None:
    """Train all layers on ratings of pool photos, without people's ratings of OASIS: those only set the scale."""
    network = _network(arch, weights)
    config, console = TAUGHT if teacher else PoolHyperparameters(), Console()
    config = replace(config, seed=seed, epochs=epochs or config.epochs)
    try:
        people, photos = _read(ratings, rated, pool, more)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    held_out = np.arange(0, len(photos.rating), hold_out) if hold_out else np.arange(0)
    run = _open(photos, held_out, config, device, cache)
    run = replace(run, teacher=_teacher(teacher, run)) if teacher else run
    metrics = _Metrics(run, people, held_out, _device_photos(people, config, device, cache), out, console)
    trained = train_on_pool(network, run, metrics).cpu()
    trained_as = Configuration(arch=arch, seed=seed, dropout=config.dropout)
    write_best(out, trained, trained_as, {"pool": asdict(config)})
    console.print(f"trained: {out}")


def _network(arch: str, weights: Path | None) -> MapsNetwork:
    # CRITIC_WEIGHTS names AlexNet's weights; EfficientNet's are in their package.
    network = pretrained(arch, weights if arch.startswith("alexnet") else None)
    if not isinstance(network, MapsNetwork):
        raise typer.BadParameter(f"{arch} does not rate by maps: efficientnet-lite2-maps or alexnet-maps")
    return network


def _teacher(folder: Path, run: PoolRun) -> MapsNetwork:
    network = load_network(folder / BEST_FILE)[0].to(run.device)
    if not isinstance(network, MapsNetwork):
        raise typer.BadParameter(f"{folder} is no run of `critic-train pool`: its network is {network.architecture}")
    set_memory_format(network, run.dtype)
    return network.requires_grad_(False)


def _read(ratings: Path, rated: Path, pool: Path, more: Path | None) -> tuple[RatedPool, RatedPool]:
    people = read_rated(rated)
    photos = read_pool(ratings, pool, people)
    return standardise_people(people), photos + read_more(more, ratings, people) if more else photos


def _open(
    photos: RatedPool, held_out: Positions, config: PoolHyperparameters, device: torch.device, cache: Path
) -> PoolRun:
    dtype = compute_dtype(Precision.auto, device)
    safe = torch.float32 if dtype is torch.float16 else dtype  # whose gradients would need scaling
    training = np.setdiff1d(np.arange(len(photos.rating)), held_out)
    return PoolRun(photos, _device_photos(photos, config, device, cache), training, config, device, safe)


def _device_photos(photos: RatedPool, config: PoolHyperparameters, device: torch.device, cache: Path) -> DevicePhotos:
    return DevicePhotos(cached_photos(photos.files, Preprocessing(size=config.side + MARGIN), cache), device)


class _Metrics:
    """Prints and appends a line an epoch: mean losses; Spearman on people's ratings and on held-out pool photos."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is measured, and where it goes
        self, run: PoolRun, people: RatedPool, held_out: Positions, photos: DevicePhotos, out: Path, console: Console
    ) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.run, self.held_out, self.file, self.console = run, held_out, out / METRICS_FILE, console
        self.people, self.photos = people, photos
        self.file.write_text("", encoding="utf-8")

    def __call__(self, step: int, steps: int, losses: dict[str, float], average: PoolStudent) -> None:
        everyone = np.arange(len(self.people.rating))
        line = {"step": step, "of": steps, **losses}
        line["people"] = self._spearman(average, self.photos, self.people, everyone)
        if len(self.held_out):
            line["pool"] = self._spearman(average, self.run.photos, self.run.pool, self.held_out)
        self.console.print(line)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _spearman(self, average: PoolStudent, photos: DevicePhotos, pool: RatedPool, positions: Positions) -> float:
        predicted = rate(average, photos, positions, self.run.config.side).numpy()
        return round(spearman(predicted, pool.rating[positions]), 4)


if __name__ == "__main__":
    app()
