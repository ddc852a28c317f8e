"""Frozen AlexNet with fc6 as a pooling layer, fitted without ratings: features of the head and of the baselines."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from critic_training.data.photo_sets import Inputs
from critic_training.networks.alexnet import AlexNet, normalise
from critic_training.networks.registry import pretrained
from critic_training.runs.pooling import fit_pooling

SAMPLE = 1000
"""Photos that pooling is fitted on: 256 examples each."""


class FrozenAlexNet:
    """features: averages of pool5's 256 channels, then their estimated maxima, by fc6 and a linear readout."""

    def __init__(self, weights: Path | None, photos: Inputs, embedding_size: int) -> None:
        network = pretrained("alexnet", weights, embedding_size)
        assert isinstance(network, AlexNet)
        self.network: AlexNet = network.eval()
        sample = photos[:: max(1, len(photos) // SAMPLE)]
        maps = [self.maps(torch.from_numpy(np.array(sample[at : at + 64]))).numpy() for at in range(0, len(sample), 64)]
        self.pooling = fit_pooling(np.concatenate(maps))

    @torch.inference_mode()
    def features(self, image: Tensor) -> Tensor:
        """`[N, 512]`."""
        return torch.from_numpy(self.pooling.pool(self.maps(image).numpy()))

    @torch.inference_mode()
    def maps(self, image: Tensor) -> Tensor:
        """pool5 `[N, 256, 36]`."""
        maps: Tensor = self.network.features(normalise(image)).flatten(2)
        return maps
