"""AlexNet: fc6 becomes a learnt pooling of pool5, fc7 and fc8 are the head; all in torchvision's own layout.

fc6 is block-diagonal (16 units a channel) and fc7 of rank 512 (an average and a maximum a channel): ten thousand photos
are too few to learn fc6's 38 million weights freely. Export stores both exactly, without their zeros.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from critic_training.data.photo_sets import Floats, Inputs
from critic_training.head.backbone import Front
from critic_training.head.fit import Head
from critic_training.head.teacher import Standard
from critic_training.networks.alexnet import AlexNet, normalise
from critic_training.networks.registry import pretrained
from critic_training.runs.pooling import Pooling, learn_pooling

SAMPLE = 1000  # photos that pooling is learnt on: each is 256 examples


class AlexNetFront(Front):
    """features: averages of pool5's 256 channels, then their estimated maxima, as fc6 and a readout of it tell them."""

    units: ClassVar[int] = 4096

    def __init__(self, weights: Path | None, photos: Inputs, embedding_size: int) -> None:
        network = pretrained("alexnet", weights, embedding_size)
        assert isinstance(network, AlexNet)
        self.network: AlexNet = network.eval()
        sample = photos[:: max(1, len(photos) // SAMPLE)]
        maps = [self.maps(torch.from_numpy(np.array(sample[at : at + 64]))).numpy() for at in range(0, len(sample), 64)]
        self.pooling = learn_pooling(np.concatenate(maps))

    @torch.inference_mode()
    def features(self, image: Tensor) -> Tensor:
        """`[N, 512]`."""
        return torch.from_numpy(self.pooling.pooled(self.maps(image).numpy()))

    @torch.inference_mode()
    def maps(self, image: Tensor) -> Tensor:
        """pool5 `[N, 256, 36]`."""
        maps: Tensor = self.network.features(normalise(image)).flatten(2)
        return maps

    def take(self, scale: Standard, head: Head) -> None:
        """Everything that is linear is folded into its neighbour."""
        read, bias = readout(self.pooling)
        seen = head.hidden / scale.deviation
        state = {
            "1.weight": block_diagonal(self.pooling),
            "1.bias": np.tile(self.pooling.bias, len(self.pooling.scale)),
            "4.weight": seen @ read,
            "4.bias": seen @ (bias - scale.mean) + head.hidden_bias,
            "6.weight": np.stack([-head.out, head.out]) / 2,
            "6.bias": np.array([-head.out_bias, head.out_bias], np.float32) / 2,
        }
        self.network.classifier.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})


def block_diagonal(pooling: Pooling) -> Floats:
    """fc6 `[4096, 9216]`: unit 16 c + k reads channel c alone."""
    channels, (units, places) = len(pooling.scale), pooling.weight.shape
    each = np.arange(channels)
    fc6 = np.zeros((channels, units, channels, places), np.float32)
    fc6[each, :, each] = pooling.weight / pooling.scale[:, None, None]
    return fc6.reshape(channels * units, channels * places)


def readout(pooling: Pooling) -> tuple[Floats, Floats]:
    """fc6's 4,096 units → 512 features: weight `[512, 4096]` and bias `[512]`."""
    channels, units = len(pooling.scale), len(pooling.bias)
    each = np.arange(channels)
    read = np.zeros((2, channels, channels, units), np.float32)
    read[0, each, each, 0] = 1
    read[1, each, each] = pooling.readout
    offset = np.repeat(np.array([0, pooling.offset], np.float32), channels)
    return read.reshape(2 * channels, channels * units), offset
