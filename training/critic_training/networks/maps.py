"""Networks that rate a photo by its maps: statistics of the last map of each resolution, where in the frame the last
maps are active, and one hidden layer on both.

Last maps encode content, earlier maps style and technique; the grid keeps the composition that statistics lose.
"""

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from critic_core.contracts.critique import PhotoKind
from critic_training.networks.network import Features, Network, new_linear

UNITS = 512
KINDS = tuple(PhotoKind)
GRID = 3
"""Rows and columns of the grid."""
LEAST_VARIANCE = 1e-6  # the square root needs a gradient where a map is flat


class MapsNetwork(Network):
    """pooled: standardised statistics of all tapped maps, then the grid of the last ones; hidden: `[N, 512]`.

    `kinds`: logits of what a photo is of, pooled → `[N, 10]`.
    """

    hidden_size: ClassVar[int] = UNITS

    def __init__(self, embedding_size: int, dropout: float = 0.3) -> None:
        super().__init__(embedding_size)
        self.standardise = nn.BatchNorm1d(self.pooled_size, affine=False, momentum=None)
        self.input_dropout = nn.Dropout(dropout / 2)
        self.mixing = nn.Linear(self.pooled_size, UNITS)
        self.dropout = nn.Dropout(dropout)
        self.outputs = new_linear(UNITS, 2)
        # Fitted after training: no gradient.
        self.kinds = new_linear(self.pooled_size, len(KINDS)).requires_grad_(False)

    @abstractmethod
    def tapped_maps(self, image: Tensor) -> list[Tensor]:
        """Maps `[N, C, H, W]` of uint8 `[N, 224, 224, 3]`; the last ones are those of the grid."""

    def pool(self, image: Tensor) -> Tensor:
        """`[N, P]`, not standardised, in float32."""
        maps = self.tapped_maps(image)
        return torch.cat([*(statistics(values.float()) for values in maps), grid(maps[-1].float())], dim=1)

    def extract_features(self, image: Tensor) -> Features:
        """All layers but the last; dropout applies to `hidden` and its inputs."""
        pooled = self.standardise(self.pool(image))
        hidden = torch.relu(self.mixing(self.input_dropout(pooled)))
        return Features(pooled, self.dropout(hidden))

    @property
    def last_layer(self) -> nn.Linear:
        """The classifier."""
        return self.outputs

    def set_dropout(self, probability: float) -> None:
        """Dropout of the hidden layer; half as much of its inputs."""
        self.input_dropout.p, self.dropout.p = probability / 2, probability


def pooled_size(channels: tuple[int, ...]) -> int:
    """Of tapped maps with so many channels."""
    return 3 * sum(channels) + GRID * GRID * channels[-1]


def statistics(maps: Tensor) -> Tensor:
    """Average, maximum and deviation of each map: `[N, C, H, W]` → `[N, 3 C]`."""
    average = maps.mean((2, 3))
    variance = torch.relu((maps * maps).mean((2, 3)) - average * average)
    return torch.cat([average, maps.amax((2, 3)), torch.sqrt(variance + LEAST_VARIANCE)], dim=1)


def grid(maps: Tensor) -> Tensor:
    """Averages of nine parts of each map: `[N, C, H, W]` → `[N, 9 C]`."""
    return functional.adaptive_avg_pool2d(maps, GRID).flatten(1)
