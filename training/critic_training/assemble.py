"""The learnt parts as one network: the compact form that is exported, and AlexNet's dense layers that it equals.

fc6 is block-diagonal (16 units a channel) and fc7 has rank 512 (two readouts a channel), both by construction. So the
54 million weights of fc6, fc7 and fc8 are told exactly by 2.3 million: no truncation, no rounding.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from critic_training.alexnet import AlexNet
from critic_training.calibrate import Platt
from critic_training.dataset import Floats
from critic_training.distil import Head
from critic_training.embedding import Projection
from critic_training.pooling import Pooling
from critic_training.teacher import Standard


@dataclass(frozen=True)
class Compact:
    """What follows pool5, with scales, standardisation and calibration folded in.

    fc6 `[256, 16, 36]` and bias `[256, 16]`; average and maximum readouts `[256, 2, 16]` and bias `[256, 2]`;
    fc7 `[4096, 512]` (channel by channel: average, maximum) and bias; fc8 `[2, 4096]` and bias; embedding `[512, D]`.
    """

    fc6: Floats
    fc6_bias: Floats
    readout: Floats
    readout_bias: Floats
    fc7: Floats
    fc7_bias: Floats
    fc8: Floats
    fc8_bias: Floats
    embedding: Floats


def compact(pooling: Pooling, scale: Standard, head: Head, platt: Platt, projection: Projection) -> Compact:
    """Fold everything that is linear into its neighbour."""
    channels, units = len(pooling.scale), len(pooling.bias)
    readout = np.zeros((channels, 2, units), np.float32)
    readout[:, 0, 0] = 1
    readout[:, 1] = pooling.readout
    offset = np.stack([np.zeros(channels, np.float32), np.full(channels, pooling.offset, np.float32)], axis=1)
    deviation, mean = _by_channel(scale.deviation), _by_channel(scale.mean)
    slope = np.array([-platt.slope, platt.slope], np.float32) / 2
    fixed = (platt.slope * head.out_bias + platt.intercept) / 2
    return Compact(
        fc6=np.broadcast_to(pooling.weight, (channels, units, 36)) / pooling.scale[:, None, None],
        fc6_bias=np.broadcast_to(pooling.bias, (channels, units)).astype(np.float32),
        readout=readout / deviation[..., None],
        readout_bias=(offset - mean) / deviation,
        fc7=np.ascontiguousarray(_by_channel(head.hidden.T).reshape(-1, len(head.hidden)).T),
        fc7_bias=head.hidden_bias,
        fc8=np.outer(slope, head.out).astype(np.float32),
        fc8_bias=np.array([-fixed, fixed], np.float32),
        embedding=np.ascontiguousarray(_by_channel(projection.weight).reshape(512, -1)),
    )


def _by_channel(values: Floats) -> Floats:
    """Averages of 256 channels, then their maxima `[512, …]` → `[256, 2, …]`."""
    return np.stack([values[:256], values[256:]], axis=1)


def dense(parts: Compact, convolutions: dict[str, Tensor]) -> AlexNet:
    """The same function as a plain AlexNet of 57 million weights (dropout off)."""
    channels, units, places = parts.fc6.shape
    each = np.arange(channels)
    fc6 = np.zeros((channels, units, channels, places), np.float32)
    fc6[each, :, each] = parts.fc6
    spread = np.zeros((channels, 2, channels, units), np.float32)
    spread[each, :, each] = parts.readout
    read = spread.reshape(2 * channels, channels * units)
    network = AlexNet()
    state = {
        "classifier.1.weight": fc6.reshape(channels * units, channels * places),
        "classifier.1.bias": parts.fc6_bias.reshape(-1),
        "classifier.4.weight": parts.fc7 @ read,
        "classifier.4.bias": parts.fc7 @ parts.readout_bias.reshape(-1) + parts.fc7_bias,
        "classifier.6.weight": parts.fc8,
        "classifier.6.bias": parts.fc8_bias,
    }
    network.load_state_dict(convolutions | {key: torch.from_numpy(value) for key, value in state.items()})
    return network.eval()
