"""AlexNet: fc6 is a pooling of pool5, fc7 and fc8 are the head; all in torchvision's layout.

fc6 is block-diagonal (16 units a channel) and fc7 of rank 512 (an average and a maximum a channel): ten thousand photos
are too few for fc6's 38 million free weights. Export stores both exactly, without their zeros.
"""

from typing import ClassVar

import numpy as np
import torch

from critic_training.data.photo_sets import Floats
from critic_training.head.backbone import Backbone
from critic_training.head.fit import Head
from critic_training.head.teacher import FeatureScaler
from critic_training.networks.alexnet import AlexNet
from critic_training.runs.frozen_alexnet import FrozenAlexNet
from critic_training.runs.pooling import Pooling


class AlexNetBackbone(FrozenAlexNet, Backbone):
    """features: averages of pool5's 256 channels, then their estimated maxima."""

    units: ClassVar[int] = 4096
    network: AlexNet

    def attach_head(self, scaler: FeatureScaler, head: Head) -> None:
        """Readout and standardisation are linear: they become part of fc7."""
        weight, bias = readout(self.pooling)
        hidden = head.hidden / scaler.deviation
        state = {
            "1.weight": block_diagonal(self.pooling),
            "1.bias": np.tile(self.pooling.bias, len(self.pooling.scale)),
            "4.weight": hidden @ weight,
            "4.bias": hidden @ (bias - scaler.mean) + head.hidden_bias,
            "6.weight": np.stack([-head.out, head.out]) / 2,
            "6.bias": np.array([-head.out_bias, head.out_bias], np.float32) / 2,
        }
        self.network.classifier.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})


def block_diagonal(pooling: Pooling) -> Floats:
    """fc6 `[4096, 9216]`: unit 16 c + k reads channel c alone."""
    channels, (units, positions) = len(pooling.scale), pooling.weight.shape
    channel = np.arange(channels)
    fc6 = np.zeros((channels, units, channels, positions), np.float32)
    fc6[channel, :, channel] = pooling.weight / pooling.scale[:, None, None]
    return fc6.reshape(channels * units, channels * positions)


def readout(pooling: Pooling) -> tuple[Floats, Floats]:
    """fc6's 4,096 units → 512 features: weight `[512, 4096]` and bias `[512]`."""
    channels, units = len(pooling.scale), len(pooling.bias)
    channel = np.arange(channels)
    weight = np.zeros((2, channels, channels, units), np.float32)
    weight[0, channel, channel, 0] = 1
    weight[1, channel, channel] = pooling.readout
    bias = np.repeat(np.array([0, pooling.offset], np.float32), channels)
    return weight.reshape(2 * channels, channels * units), bias
