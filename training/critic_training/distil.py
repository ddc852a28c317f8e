"""fc7 and fc8 learn to be the teacher: 4,096 ReLU units fitted to its answers on photos and on blends of photos.

A ReLU layer can be as smooth as the kernel machine, but 470 ratings do not make it so. The teacher can be asked about
any point: the pool's 9,347 photos, their mirror images, the rated photos, and blends of two photos.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from critic_training.dataset import Floats
from critic_training.knobs import Knobs
from critic_training.teacher import Teacher


@dataclass(frozen=True)
class Head:
    """fc7 on standardised pooled maps, and fc8 as one rating: `relu(x · hidden.T + hidden_bias) · out + out_bias`."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: float

    def rating(self, pooled: Floats) -> Floats:
        """Standardised pooled maps `[N, 512]` → ratings `[N]`, on the scale of the teacher."""
        units = np.maximum(pooled @ self.hidden.T + self.hidden_bias, 0)
        told: Floats = units @ self.out + np.float32(self.out_bias)
        return told


def distil(teacher: Teacher, photos: Floats, knobs: Knobs) -> Head:
    """fc7 and fc8 fitted to `teacher` on `photos` `[N, 512]` and blends of them. Needs no rating."""
    random = torch.Generator().manual_seed(knobs.seed)
    points = _with_blends(torch.from_numpy(photos), knobs.blended_photos, random)
    answers = torch.from_numpy(teacher(points.numpy()))
    mean, spread = float(answers.mean()), float(answers.std())
    network = _Network(photos.shape[1], knobs.hidden_units, random)
    _fit(network, points, (answers - mean) / spread, knobs, random)
    return _head(network, mean, spread)


def _with_blends(photos: Tensor, count: int, random: torch.Generator) -> Tensor:
    one, other = (photos[torch.randint(len(photos), (count,), generator=random)] for _ in range(2))
    share = torch.rand(count, 1, generator=random)
    return torch.cat([photos, share * one + (1 - share) * other])


class _Network(nn.Module):
    def __init__(self, inputs: int, units: int, random: torch.Generator) -> None:
        super().__init__()
        self.hidden = nn.Parameter(torch.randn(units, inputs, generator=random) * inputs**-0.5)
        self.hidden_bias = nn.Parameter(torch.randn(units, generator=random))
        self.out = nn.Parameter(torch.zeros(units))
        self.out_bias = nn.Parameter(torch.zeros(1))

    def forward(self, points: Tensor) -> Tensor:
        return torch.relu(points @ self.hidden.T + self.hidden_bias) @ self.out + self.out_bias


def _fit(network: _Network, points: Tensor, answers: Tensor, knobs: Knobs, random: torch.Generator) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=knobs.distil_rate, weight_decay=0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=knobs.distil_rate, total_steps=knobs.distil_steps)
    for _ in range(knobs.distil_steps):
        batch = torch.randint(len(points), (knobs.distil_batch,), generator=random)
        loss = nn.functional.mse_loss(network(points[batch]), answers[batch])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()


def _head(network: _Network, mean: float, spread: float) -> Head:
    return Head(
        hidden=network.hidden.detach().numpy(),
        hidden_bias=network.hidden_bias.detach().numpy(),
        out=network.out.detach().numpy() * np.float32(spread),
        out_bias=float(network.out_bias.detach()) * spread + mean,
    )
