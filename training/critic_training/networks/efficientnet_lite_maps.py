"""EfficientNet-Lite0 read in the middle: statistics of the last map of each resolution, and a hidden layer on them.

Last maps know what is on a photo, middle ones how it looks; with frozen ImageNet weights the middle ones order photos
better. Half of the last stage, the 1,280-channel convolution, is not needed.
"""

from typing import Any, ClassVar

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

from critic_training.networks.efficientnet_lite import backbone, normalise
from critic_training.networks.network import EMBEDDING_SIZE, Network, Seen, new_linear

CHANNELS = 16 + 24 + 40 + 112 + 320
UNITS = 1024
LEAST_VARIANCE = 1e-6  # so that the root has a gradient where a map is flat


class EfficientNetLite0Maps(Network):
    """pooled: averages, maxima and deviations of 512 maps `[N, 1536]`; hidden: `[N, 1024]`."""

    architecture: ClassVar[str] = "efficientnet-lite0-maps"
    pooled_size: ClassVar[int] = 3 * CHANNELS
    hidden_size: ClassVar[int] = UNITS

    def __init__(self, embedding_size: int = EMBEDDING_SIZE, dropout: float = 0.2) -> None:
        super().__init__(embedding_size)
        self.backbone: EfficientNet = backbone()
        del self.backbone._conv_head, self.backbone._bn1
        self.mixing = nn.Linear(self.pooled_size, UNITS)
        self.dropout = nn.Dropout(dropout)
        self.outputs = new_linear(UNITS, 2)

    def see(self, image: Tensor) -> Seen:
        """Through all blocks; dropout is in `hidden` only."""
        pooled = torch.cat([statistics(maps) for maps in self._maps(image)], dim=1)
        return Seen(pooled, self.dropout(torch.relu(self.mixing(pooled))))

    def _maps(self, image: Tensor) -> list[Tensor]:
        network: Any = self.backbone
        value = functional.relu6(network._bn0(network._conv_stem(normalise(image))))
        kept, wanted = [], taps(network)
        for number, block in enumerate(network._blocks):
            value = block(value)
            if number in wanted:
                kept.append(value)
        return kept

    @property
    def last(self) -> nn.Linear:
        """The classifier."""
        return self.outputs

    def set_dropout(self, share: float) -> None:
        """Before the last layer."""
        self.dropout.p = share


def taps(network: Any) -> list[int]:
    """Numbers of the blocks whose maps are the last of their resolution."""
    halving = [number for number, block in enumerate(network._blocks) if tuple(block._depthwise_conv.stride) != (1, 1)]
    return [number - 1 for number in halving if number] + [len(network._blocks) - 1]


def statistics(maps: Tensor) -> Tensor:
    """Average, maximum and deviation of each map: `[N, C, H, W]` → `[N, 3 C]`."""
    average = maps.mean((2, 3))
    variance = torch.relu((maps * maps).mean((2, 3)) - average * average)
    return torch.cat([average, maps.amax((2, 3)), torch.sqrt(variance + LEAST_VARIANCE)], dim=1)
