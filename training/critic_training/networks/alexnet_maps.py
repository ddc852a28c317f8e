"""AlexNet's five convolutions, rated by their maps: fc6 and fc7 give way to statistics, a grid and one hidden layer.

ImageNet's fc6 and fc7 hold 54 of AlexNet's 61 million weights. Seven thousand ratings cannot train them; they do train
the convolutions and 3 million weights of a hidden layer.
"""

from typing import ClassVar

from torch import Tensor

from critic_training.networks.alexnet import convolutions, normalise
from critic_training.networks.maps import MapsNetwork, pooled_size
from critic_training.networks.network import EMBEDDING_SIZE

TAPS = {1: 64, 4: 192, 7: 384, 9: 256, 12: 256}
"""Number of the layer in `features` → channels: conv1 to conv4 after their ReLU, and pool5."""


class AlexNetMaps(MapsNetwork):
    """pooled: statistics of 1,152 maps and the grid of pool5 `[N, 5760]`."""

    architecture: ClassVar[str] = "alexnet-maps"
    pooled_size: ClassVar[int] = pooled_size(tuple(TAPS.values()))

    def __init__(self, embedding_size: int = EMBEDDING_SIZE) -> None:
        super().__init__(embedding_size)
        self.features = convolutions()

    def tapped_maps(self, image: Tensor) -> list[Tensor]:
        """After conv1, conv2, conv3, conv4 and pool5."""
        value, maps = normalise(image), []
        for number, layer in enumerate(self.features):
            value = layer(value)
            if number in TAPS:
                maps.append(value)
        return maps
