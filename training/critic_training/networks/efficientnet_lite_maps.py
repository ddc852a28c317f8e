"""EfficientNet-Lite0's intermediate maps: statistics of the last map of each resolution, and a hidden layer on them.

Last maps encode content, intermediate maps style: with frozen ImageNet weights the intermediate maps rank photos
better. The 1,280-channel convolution, half of the last stage, is left out.
"""

from typing import Any, ClassVar

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

from critic_training.networks.efficientnet_lite import backbone, normalise
from critic_training.networks.efficientnet_lite2_maps import tap_blocks
from critic_training.networks.maps import statistics
from critic_training.networks.network import EMBEDDING_SIZE, Features, Network, new_linear

CHANNELS = 16 + 24 + 40 + 112 + 320
UNITS = 1024


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

    def extract_features(self, image: Tensor) -> Features:
        """All blocks; dropout applies to `hidden` only."""
        pooled = torch.cat([statistics(maps) for maps in self._tapped_maps(image)], dim=1)
        return Features(pooled, self.dropout(torch.relu(self.mixing(pooled))))

    def _tapped_maps(self, image: Tensor) -> list[Tensor]:
        network: Any = self.backbone
        value = functional.relu6(network._bn0(network._conv_stem(normalise(image))))
        maps, taps = [], tap_blocks(network)
        for number, block in enumerate(network._blocks):
            value = block(value)
            if number in taps:
                maps.append(value)
        return maps

    @property
    def last_layer(self) -> nn.Linear:
        """The classifier."""
        return self.outputs

    def set_dropout(self, probability: float) -> None:
        """Dropout before the last layer."""
        self.dropout.p = probability
