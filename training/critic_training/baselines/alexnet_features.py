"""The classifiers' input: fc6 and pooled pool5 of frozen AlexNet."""

from dataclasses import dataclass

import numpy as np
import torch

from critic_training.baselines.regressor import pool
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.runs.features import batches
from critic_training.runs.frozen_alexnet import FrozenAlexNet


@dataclass(frozen=True)
class AlexNetFeatures:
    """`fc6` `[N, 4096]` after its ReLU, `pool5` `[N, 512]`: averages and maxima."""

    fc6: Floats
    pool5: Floats


def extract_features(alexnet: FrozenAlexNet, photos: Inputs) -> AlexNetFeatures:
    """Features of preprocessed photos."""
    maps = np.concatenate([alexnet.maps(torch.from_numpy(batch)).numpy() for batch in batches(photos)])
    return AlexNetFeatures(alexnet.pooling.units(maps).reshape(len(maps), -1), pool(maps))
