"""`critic-train bench`: the measurements behind docs/training-at-scale.md.

critic-train bench --photos $CRITIC_DATA/oasis/labels.csv
"""

from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table

from critic_training.bench.pipeline import rates
from critic_training.bench.steps import step
from critic_training.data.photo_sets import read_unrated
from critic_training.finetune.precision import compute_dtype
from critic_training.networks.registry import NETWORKS
from critic_training.runs.configuration import Precision

app = typer.Typer()


@app.command()
def bench(
    photos: Annotated[Path, typer.Option(help="Table of photos with a column file, as labels.csv.")],
    count: Annotated[int, typer.Option(help="Photos that the input pipeline is timed on.")] = 300,
    batch: Annotated[int, typer.Option(help="Photos a training step.")] = 50,
    steps: Annotated[int, typer.Option(help="Training steps that are timed, of each kind.")] = 6,
) -> None:
    """Photos a second that one core prepares; milliseconds a training step on this machine's CPU or GPU."""
    console, device = Console(), torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pipeline = Table("stage", "photos/s, one core", title="Input pipeline")
    for rate in rates(read_unrated(photos)[:count], batch):
        pipeline.add_row(rate.stage, f"{rate.photos_per_second:.0f}")
    console.print(pipeline)
    table = Table("network", "precision", "batch", "ms/step", "photos/s", title=f"Training steps, {_name(device)}")
    for arch in NETWORKS:
        for precision in _precisions(device):
            timed = step(arch, precision, batch, device, steps)
            numbers = f"{timed.milliseconds:.0f}", f"{timed.photos_per_second:.1f}"
            table.add_row(arch, precision, str(batch), *numbers)
    console.print(table)


def _precisions(device: torch.device) -> list[Precision]:
    best = compute_dtype(Precision.auto, device)
    mixed = {torch.bfloat16: Precision.bfloat16, torch.float16: Precision.float16}
    return [Precision.float32, *([mixed[best]] if best in mixed else [])]


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} CPU threads"
