"""Two layers fitted to a teacher's ratings on photos, and to the order of photos and their worse copies.

The ratings keep what people find beautiful; the copies add what no rated set of good photographs tells: that blur,
noise, wrong exposure, a tilt or a bad crop of the *same* photo are worse. Needs ratings of the training folds only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from critic_training.data.photo_sets import Floats
from critic_training.head.hyperparameters import HeadKnobs
from critic_training.head.teacher import teach
from critic_training.head.views import Views


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
        told: Floats = units @ self.out + np.float32(self.out_bias)
        return told


@dataclass(frozen=True)
class Lesson:
    """Standardised features: the pool's photos, their worse copies `[M, P]` with `origin` `[M]`, and rated photos."""

    pool: Views
    copies: Floats
    origin: npt.NDArray[np.int64]
    rated: Views
    score: Floats

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Lesson":
        """With some of the rated photos."""
        return Lesson(self.pool, self.copies, self.origin, self.rated.take(chosen), self.score[chosen])


def learn(lesson: Lesson, units: int, knobs: HeadKnobs) -> Head:
    """A head of so many hidden units; the same for the same seed."""
    centre, spread = float(lesson.score.mean()), float(lesson.score.std())
    teacher = teach(lesson.rated, lesson.score, knobs)
    own = knobs.own_share * lesson.score + (1 - knobs.own_share) * teacher(lesson.rated.plain)
    wanted = [torch.from_numpy((told - centre) / spread) for told in (teacher(lesson.pool.plain), own)]
    random = torch.Generator().manual_seed(knobs.seed)
    network = _Network(lesson.rated.plain.shape[1], units, random)
    optimiser = torch.optim.AdamW(network.parameters(), lr=knobs.rate, weight_decay=knobs.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=knobs.rate, total_steps=knobs.steps)
    batches = _Batches(lesson, wanted, knobs, random)
    for _ in range(knobs.steps):
        loss = _loss(network, batches, knobs)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return _head(network, centre, spread)


def _loss(network: "_Network", batches: "_Batches", knobs: HeadKnobs) -> Tensor:
    asked = [*batches.pool(), *batches.rated(), *batches.copies()]
    pool, pool_wanted, rated, rated_wanted, above, below = asked
    told = network(torch.cat([pool, rated, above, below])).split([len(part) for part in (pool, rated, above, below)])
    ordered = nn.functional.softplus((knobs.margin - told[2] + told[3]) * knobs.sharpness).mean() / knobs.sharpness
    squared = nn.functional.mse_loss(told[0], pool_wanted) + nn.functional.mse_loss(told[1], rated_wanted)
    loss: Tensor = squared + knobs.ranking * ordered
    return loss


class _Batches:
    """Photos drawn by chance, each as it is or as its mirror image: both are wanted to have the same rating."""

    def __init__(self, lesson: Lesson, wanted: list[Tensor], knobs: HeadKnobs, random: torch.Generator) -> None:
        self.wanted, self.knobs, self.random = wanted, knobs, random
        self.views = [
            tuple(torch.from_numpy(view) for view in (views.plain, views.mirrored))
            for views in (lesson.pool, lesson.rated)
        ]
        self.worse, self.origin = torch.from_numpy(lesson.copies), torch.from_numpy(lesson.origin)

    def pool(self) -> tuple[Tensor, Tensor]:
        """Features, and what the teacher says."""
        return self._drawn(0, self.knobs.pool_batch)

    def rated(self) -> tuple[Tensor, Tensor]:
        """Features, and what people and the teacher say."""
        return self._drawn(1, self.knobs.rated_batch)

    def copies(self) -> tuple[Tensor, Tensor]:
        """Photos, and a worse copy of each."""
        chosen = torch.randint(len(self.worse), (self.knobs.copies_batch,), generator=self.random)
        return self.views[0][0][self.origin[chosen]], self.worse[chosen]

    def _drawn(self, which: int, count: int) -> tuple[Tensor, Tensor]:
        plain, mirrored = self.views[which]
        chosen = torch.randint(len(plain), (count,), generator=self.random)
        turned = torch.rand(count, 1, generator=self.random) < 0.5
        features = torch.where(turned, mirrored[chosen], plain[chosen])
        noise = self.knobs.noise * torch.randn(features.shape, generator=self.random)
        return features + noise, self.wanted[which][chosen]


class _Network(nn.Module):
    def __init__(self, inputs: int, units: int, random: torch.Generator) -> None:
        super().__init__()
        self.hidden = nn.Parameter(torch.randn(units, inputs, generator=random) * (2 / inputs) ** 0.5)
        self.hidden_bias = nn.Parameter(torch.zeros(units))
        self.out = nn.Parameter(torch.zeros(units))
        self.out_bias = nn.Parameter(torch.zeros(1))

    def forward(self, points: Tensor) -> Tensor:
        return torch.relu(points @ self.hidden.T + self.hidden_bias) @ self.out + self.out_bias


def _head(network: _Network, centre: float, spread: float) -> Head:
    return Head(
        hidden=network.hidden.detach().numpy(),
        hidden_bias=network.hidden_bias.detach().numpy(),
        out=network.out.detach().numpy() * np.float32(spread),
        out_bias=float(network.out_bias.detach()) * spread + centre,
    )
