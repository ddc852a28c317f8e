"""Milliseconds of a training step, in the real training loop, on photos in memory."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

from critic_training.finetune.batch import Batch
from critic_training.finetune.loop import TrainingJob, fit
from critic_training.networks.registry import create
from critic_training.runs.configuration import Configuration, Precision

WARM_UP = 2  # steps that allocate memory and choose kernels


@dataclass(frozen=True)
class Step:
    """The median over the steps after the warm-up."""

    arch: str
    precision: str
    batch: int
    milliseconds: float

    @property
    def photos_per_second(self) -> float:
        """Of the whole device."""
        return self.batch / self.milliseconds * 1000


def step(arch: str, precision: Precision, batch: int, device: torch.device, steps: int = 6) -> Step:
    """Of a network with random weights; sets the processor to flush denormal numbers to zero.

    Through many layers of such weights activations fade to denormal numbers, which a CPU computes with very slowly:
    pretrained networks have none.
    """
    torch.set_flush_denormal(True)
    iterations = WARM_UP + steps
    config = Configuration(
        arch=arch,
        precision=precision,
        batch_size=batch,
        iterations=iterations,
        validate_every=iterations,
        learning_rate=1e-6,
    )
    times = [time.perf_counter()]

    def advance(_iteration: int) -> None:
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        fit(TrainingJob(create(arch), config, _Same(batch), Path(folder), device=device, advance=advance))
    taken = np.diff(times)[WARM_UP:]
    return Step(arch, str(precision), batch, float(np.median(taken)) * 1000)


class _Same:
    """The same batch forever."""

    def __init__(self, size: int) -> None:
        random = np.random.default_rng(0)
        image = torch.from_numpy(random.integers(0, 256, (size, 224, 224, 3), dtype=np.uint8))
        label = torch.from_numpy((np.arange(size) % 2).astype(np.float32))
        nothing = torch.zeros(0, dtype=torch.int64)
        unknown = torch.full((size,), float("nan"))
        self.batch = Batch(image, label, unknown, torch.zeros(size, dtype=torch.int64), unknown, image[:0], nothing)

    def batches(self, first: int) -> Iterator[Batch]:
        return repeat(self.batch)
