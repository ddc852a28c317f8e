"""Two layers fitted to a teacher's ratings of photos, and to the order of photos and their degraded copies.

The ratings preserve what people find beautiful; the copies add what no rated set of good photographs shows: that blur,
noise, wrong exposure, a tilt or a bad crop of the *same* photo are worse. Uses ratings of the training folds only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from critic_training.data.photo_sets import Floats
from critic_training.head.hyperparameters import HeadHyperparameters
from critic_training.head.teacher import fit_teacher
from critic_training.runs.views import Views


@dataclass(frozen=True)
class Head:
    """On standardised features `[N, P]`: `relu(x · hidden.T + hidden_bias) · out + out_bias`, in rating points."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: float

    def rating(self, features: Floats) -> Floats:
        """`[N, P]` → ratings `[N]`."""
        units = np.maximum(features @ self.hidden.T + self.hidden_bias, 0)
        rating: Floats = units @ self.out + np.float32(self.out_bias)
        return rating


@dataclass(frozen=True)
class TrainingSet:
    """Standardised features: pool photos, their degraded copies `[M, P]` with `origin` `[M]`, and rated photos."""

    pool: Views
    copies: Floats
    origin: npt.NDArray[np.int64]
    rated: Views
    score: Floats

    def select_rated(self, mask: npt.NDArray[np.bool_]) -> "TrainingSet":
        """The same set with the rated photos of a boolean mask."""
        return TrainingSet(self.pool, self.copies, self.origin, self.rated.select(mask), self.score[mask])


@dataclass(frozen=True)
class _Targets:
    """Standardised target ratings of the pool and of the rated photos."""

    pool: Tensor
    rated: Tensor


def fit_head(training_set: TrainingSet, units: int, config: HeadHyperparameters) -> Head:
    """A head with so many hidden units; the same for the same seed."""
    centre, spread = float(training_set.score.mean()), float(training_set.score.std())
    random = torch.Generator().manual_seed(config.seed)
    batches = _Batches(training_set, _targets(training_set, centre, spread, config), config, random)
    network = _Network(training_set.rated.plain.shape[1], units, random)
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=config.learning_rate, total_steps=config.steps)
    for _ in range(config.steps):
        loss = _loss(network, batches, config)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return _head(network, centre, spread)


def _targets(training_set: TrainingSet, centre: float, spread: float, config: HeadHyperparameters) -> _Targets:
    """The teacher's ratings; for rated photos a mean of rating and teacher."""
    teacher = fit_teacher(training_set.rated, training_set.score, config)
    teacher_share = 1 - config.label_share
    rated = config.label_share * training_set.score + teacher_share * teacher(training_set.rated.plain)
    pool = teacher(training_set.pool.plain)
    return _Targets(torch.from_numpy((pool - centre) / spread), torch.from_numpy((rated - centre) / spread))


def _loss(network: "_Network", batches: "_Batches", config: HeadHyperparameters) -> Tensor:
    (pool, pool_target), (rated, rated_target), (original, copy) = batches.pool(), batches.rated(), batches.copies()
    inputs = (pool, rated, original, copy)
    scores = network(torch.cat(inputs)).split([len(features) for features in inputs])
    pool_score, rated_score, original_score, copy_score = scores
    hinge = (config.margin - original_score + copy_score) * config.sharpness
    ranking = nn.functional.softplus(hinge).mean() / config.sharpness
    squared = nn.functional.mse_loss(pool_score, pool_target) + nn.functional.mse_loss(rated_score, rated_target)
    loss: Tensor = squared + config.ranking * ranking
    return loss


class _Batches:
    """Random photos, each plain or mirrored: both views have the same target."""

    def __init__(
        self, training_set: TrainingSet, targets: _Targets, config: HeadHyperparameters, random: torch.Generator
    ) -> None:
        self.targets, self.config, self.random = targets, config, random
        self.pool_views, self.rated_views = _tensors(training_set.pool), _tensors(training_set.rated)
        self.degraded, self.origin = torch.from_numpy(training_set.copies), torch.from_numpy(training_set.origin)

    def pool(self) -> tuple[Tensor, Tensor]:
        """Features and targets."""
        return self._draw(self.pool_views, self.targets.pool, self.config.pool_batch)

    def rated(self) -> tuple[Tensor, Tensor]:
        """Features and targets."""
        return self._draw(self.rated_views, self.targets.rated, self.config.rated_batch)

    def copies(self) -> tuple[Tensor, Tensor]:
        """Features of photos, and of a degraded copy of each."""
        chosen = torch.randint(len(self.degraded), (self.config.copies_batch,), generator=self.random)
        plain, _ = self.pool_views
        return plain[self.origin[chosen]], self.degraded[chosen]

    def _draw(self, views: tuple[Tensor, Tensor], targets: Tensor, count: int) -> tuple[Tensor, Tensor]:
        plain, mirrored = views
        chosen = torch.randint(len(plain), (count,), generator=self.random)
        flipped = torch.rand(count, 1, generator=self.random) < 0.5
        features = torch.where(flipped, mirrored[chosen], plain[chosen])
        noise = self.config.noise * torch.randn(features.shape, generator=self.random)
        return features + noise, targets[chosen]


def _tensors(views: Views) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(views.plain), torch.from_numpy(views.mirrored)


class _Network(nn.Module):
    def __init__(self, inputs: int, units: int, random: torch.Generator) -> None:
        super().__init__()
        self.hidden = nn.Parameter(torch.randn(units, inputs, generator=random) * (2 / inputs) ** 0.5)
        self.hidden_bias = nn.Parameter(torch.zeros(units))
        self.out = nn.Parameter(torch.zeros(units))
        self.out_bias = nn.Parameter(torch.zeros(1))

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features @ self.hidden.T + self.hidden_bias) @ self.out + self.out_bias


def _head(network: _Network, centre: float, spread: float) -> Head:
    return Head(
        hidden=network.hidden.detach().numpy(),
        hidden_bias=network.hidden_bias.detach().numpy(),
        out=network.out.detach().numpy() * np.float32(spread),
        out_bias=float(network.out_bias.detach()) * spread + centre,
    )
