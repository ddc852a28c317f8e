"""The loop: AdamW with warm-up and cosine decay, gradients clipped, weights averaged."""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from critic_training.data.photo_sets import Positions
from critic_training.data.rated_pool import RatedPool
from critic_training.end_to_end.augmentation import augment
from critic_training.end_to_end.hyperparameters import PoolHyperparameters
from critic_training.end_to_end.losses import PoolBatch, assemble, compute_losses
from critic_training.end_to_end.photos import DevicePhotos, as_input
from critic_training.end_to_end.student import PoolStudent, standardise
from critic_training.finetune.losses import regression, weighted_sum
from critic_training.finetune.precision import autocast, set_memory_format
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.network import score

Report = Callable[[int, int, dict[str, float], PoolStudent], object]
"""Callback once an epoch: finished steps, all steps, mean losses, averaged network."""


@dataclass(frozen=True)
class PoolRun:
    """`training`: positions of the photos to train on. `dtype`: of forward passes. `teacher`: on the device."""

    pool: RatedPool
    photos: DevicePhotos
    training: Positions
    config: PoolHyperparameters
    device: torch.device
    dtype: torch.dtype
    teacher: MapsNetwork | None = None

    @property
    def batch_size(self) -> int:
        """Photos a step: at most an epoch's."""
        return min(self.config.batch_size, len(self.training))


def train_on_pool(network: MapsNetwork, run: PoolRun, report: Report) -> MapsNetwork:
    """The network with averaged weights; all random draws depend on the seed."""
    config, random = run.config, Generator().manual_seed(run.config.seed)
    torch.manual_seed(config.seed)
    student = prepare_student(network, run)
    average = copy.deepcopy(student).requires_grad_(False)
    optimiser = adamw(student, config)
    steps = max(1, int(config.epochs * len(run.training) / run.batch_size))
    losses = LossMeans()
    for step, batch in zip(range(steps), batches(run, random), strict=False):
        set_learning_rate(optimiser, config, step, steps)
        losses.add(update(student, optimiser, batch, run))
        average_weights(average, student, config.ema_decay, step)
        if ends_epoch(step, steps, config.epochs):
            report(step + 1, steps, losses.pop(), average)
    return average.network


def prepare_student(network: MapsNetwork, run: PoolRun) -> PoolStudent:
    """On the device, in its fastest memory format, with standardised features and the run's dropout."""
    network.to(run.device)
    set_memory_format(network, run.dtype)
    with autocast(run.dtype, run.device):
        standardise(network, run.photos, run.config.side)
    network.set_dropout(run.config.dropout)
    return PoolStudent(network).to(run.device)


def adamw(student: PoolStudent, config: PoolHyperparameters) -> torch.optim.AdamW:
    """Four merged groups, new or pretrained, with or without decay: a group a parameter makes steps of a GPU slow."""
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in student.named_parameters():
        if parameter.requires_grad:
            factor = config.new_layer_factor if student.is_new(name) else 1.0
            groups.setdefault((factor, config.weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    merged = [{"params": few, "factor": factor, "weight_decay": decay} for (factor, decay), few in groups.items()]
    return torch.optim.AdamW(merged, lr=config.learning_rate, betas=(0.9, 0.98))


def set_learning_rate(optimiser: torch.optim.Optimizer, config: PoolHyperparameters, step: int, steps: int) -> None:
    """Linear warm-up, times cosine decay from the first step."""
    warm = min(1.0, (step + 1) / max(1.0, config.warmup * steps))
    rate = config.learning_rate * warm * (1 + math.cos(math.pi * step / steps)) / 2
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def batches(run: PoolRun, random: Generator) -> Iterator[PoolBatch]:
    """Endless; every photo once an epoch."""
    rating = torch.from_numpy(run.pool.rating).to(run.device)
    kind = torch.from_numpy(run.pool.kind).to(run.device)
    for chosen in shuffled(run.training, run.batch_size, random):
        photos = augment(run.photos(chosen), run.config.side, run.config, random)
        positions = torch.from_numpy(chosen).to(run.device)
        yield assemble(photos, rating[positions], kind[positions], run.config, random)


def shuffled(positions: Positions, size: int, random: Generator) -> Iterator[Positions]:
    """Batches of `size` from one shuffled epoch after the other."""
    rest = positions[:0]
    while True:
        while len(rest) < size:
            rest = np.concatenate([rest, positions[torch.randperm(len(positions), generator=random).numpy()]])
        yield rest[:size]
        rest = rest[size:]


def update(student: PoolStudent, optimiser: torch.optim.Optimizer, batch: PoolBatch, run: PoolRun) -> dict[str, Tensor]:
    """One step of the optimiser; returns the unweighted losses."""
    student.start_training()
    with autocast(run.dtype, run.device):
        output = student(batch.photos)
    values = compute_losses(output, batch, run.config)
    if run.teacher is not None:
        taught = rate_as_teacher(run.teacher, batch.photos, run)
        values["distil"] = regression(output.rating, taught, run.config.regression_beta)
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(weighted_sum(values, run.config))
    torch.nn.utils.clip_grad_norm_(student.parameters(), run.config.max_gradient_norm)
    optimiser.step()
    return {name: value.detach() for name, value in values.items()}


@torch.no_grad()
def rate_as_teacher(teacher: MapsNetwork, photos: Tensor, run: PoolRun) -> Tensor:
    """Ratings of the same views `[N, 3, S, S]`."""
    with autocast(run.dtype, run.device):
        hidden = teacher.eval().extract_features(as_input(photos)).hidden
        return score(teacher.last_layer(hidden)).float()


@torch.no_grad()
def average_weights(average: PoolStudent, student: PoolStudent, decay: float, step: int) -> None:
    """Moves the average towards the current weights: by much in the first steps, then by `1 - decay`."""
    share = 1 - min(decay, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(student.parameters()), share)


def ends_epoch(step: int, steps: int, epochs: float) -> bool:
    """Whether an epoch, or the run, ends with this step."""
    return step + 1 == steps or int((step + 1) * epochs / steps) > int(step * epochs / steps)


class LossMeans:
    """Mean losses of an epoch; sums stay on the device until it ends: reading a value waits for the GPU."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.steps = 0

    def add(self, values: dict[str, Tensor]) -> None:
        """Losses of one step."""
        self.sums = {name: self.sums[name] + value if self.steps else value for name, value in values.items()}
        self.steps += 1

    def pop(self) -> dict[str, float]:
        """The means since the last call."""
        means = {name: round(float(value) / self.steps, 4) for name, value in self.sums.items()}
        self.steps = 0
        return means
