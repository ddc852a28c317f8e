"""Hidden and last layer of a network, fitted to people's ratings, from where the pool left them."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from critic_training.finetune import losses
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.network import score
from critic_training.people.features import Rated
from critic_training.people.hyperparameters import PeopleHyperparameters

BETA = 0.5  # standard deviations in which the Huber loss is quadratic
MARGIN = 0.25  # standard deviations: pairs that are closer are left out
DEGRADED_MARGIN, DEGRADED_SHARPNESS = 0.3, 2.0


class RatingLayers(nn.Module):
    """The network's last two layers, copied: standardised features `[N, P]` → ratings `[N]`."""

    def __init__(self, network: MapsNetwork, dropout: float) -> None:
        super().__init__()
        self.mixing, self.outputs = copy.deepcopy(network.mixing), copy.deepcopy(network.outputs)
        self.input_dropout, self.dropout = nn.Dropout(dropout / 2), nn.Dropout(dropout)

    def forward(self, pooled: Tensor) -> Tensor:
        """Standard deviations of people's ratings."""
        hidden = torch.relu(self.mixing(self.input_dropout(pooled)))
        return score(self.outputs(self.dropout(hidden)))

    @torch.no_grad()
    def rate(self, pooled: Tensor) -> Tensor:
        """Without dropout."""
        rating: Tensor = self.eval()(pooled)
        return rating

    def attach(self, network: MapsNetwork) -> None:
        """Sets the network's layers."""
        network.mixing.load_state_dict(self.mixing.state_dict())
        network.outputs.load_state_dict(self.outputs.state_dict())


Watch = Callable[[int, float, RatingLayers], None]
"""Called after each step with its number, its loss and the averaged layers."""


@dataclass(frozen=True)
class _Batch:
    """Features, and which of them are what: in the order of `sizes`."""

    inputs: list[Tensor]
    people: Tensor
    pool: Tensor


def fit_layers(  # noqa: PLR0913, PLR0917 - what is fitted to what, and who watches
    network: MapsNetwork,
    people: Rated,
    pool: Rated,
    config: PeopleHyperparameters,
    seed: int,
    watch: Watch | None = None,
) -> RatingLayers:
    """Fitted to all photos of `people`, with the pool beside them; weights are averaged. The same for the same seed."""
    torch.manual_seed(seed)  # dropout
    random, layers = Generator().manual_seed(seed), RatingLayers(network, config.dropout).train()
    average = copy.deepcopy(layers).requires_grad_(False)
    optimiser = torch.optim.AdamW(layers.parameters(), lr=config.learning_rate, weight_decay=0.0, fused=True)
    for step in range(config.steps):
        _set_learning_rate(optimiser, config, step)
        loss = _loss(layers, people, pool, config, random)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        share = 1 - min(config.ema_decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(average.parameters()), [weight.detach() for weight in layers.parameters()], share)
        if watch:
            watch(step + 1, float(loss.detach()), average)
    return average.eval()


def _set_learning_rate(optimiser: torch.optim.Optimizer, config: PeopleHyperparameters, step: int) -> None:
    decay = (1 + math.cos(math.pi * step / config.steps)) / 2
    optimiser.param_groups[0]["lr"] = config.learning_rate * decay * min(1.0, (step + 1) / config.warmup)


def _loss(layers: RatingLayers, people: Rated, pool: Rated, config: PeopleHyperparameters, random: Generator) -> Tensor:
    """All features pass the layers at once."""
    batch = _draw(people, pool, config, random)
    sizes = [len(features) for features in batch.inputs]
    of_people, of_pool, photos, copies, straight, mirrored = layers(torch.cat(batch.inputs)).split(sizes)
    rated = _rating_loss(of_people, people, batch.people, config, everywhere=True)
    taught = _rating_loss(of_pool, pool, batch.pool, config, everywhere=False)
    origin = torch.arange(len(photos))
    degraded = losses.degraded(photos, copies, origin, DEGRADED_MARGIN, DEGRADED_SHARPNESS)
    mirror = nn.functional.mse_loss(mirrored, straight)
    total: Tensor = rated + config.pool * taught + config.degraded * degraded + config.mirror * mirror
    return total


def _rating_loss(
    rating: Tensor, photos: Rated, chosen: Tensor, config: PeopleHyperparameters, everywhere: bool
) -> Tensor:
    """Regression and order within a kind; `everywhere`: and order of all photos."""
    target, kind = photos.rating[chosen], photos.kind[chosen]
    order = losses.ranking(rating, target, kind, MARGIN)
    if everywhere:
        order = order + losses.ranking(rating, target, None, MARGIN)
    return losses.regression(rating, target, BETA) + config.ranking * order


def _draw(people: Rated, pool: Rated, config: PeopleHyperparameters, random: Generator) -> _Batch:
    """Random views of people's photos, pool photos, pairs with degraded copies, pairs with mirror images."""
    chosen = _positions(people, config.people_batch, random)
    view = torch.randint(len(people.views), (len(chosen),), generator=random)
    of_pool = _positions(pool, config.pool_batch, random)
    half, third = config.copies_batch // 2, config.mirrored_batch // 3
    copied = [(photos, _positions(photos, half, random)) for photos in (people, pool)]
    turned = [(people, _positions(people, third, random)), (pool, _positions(pool, 2 * third, random))]
    inputs = [
        people.views[view, chosen],
        pool.plain[of_pool],
        torch.cat([photos.plain[few] for photos, few in copied]),
        torch.cat([photos.degraded[few] for photos, few in copied]),
        torch.cat([photos.plain[few] for photos, few in turned]),
        torch.cat([photos.mirrored[few] for photos, few in turned]),
    ]
    return _Batch(inputs, chosen, of_pool)


def _positions(photos: Rated, count: int, random: Generator) -> Tensor:
    return torch.randint(len(photos.rating), (count,), generator=random)
