"""What the machines read: fc6 and pooled pool5 of frozen AlexNet."""

from dataclasses import dataclass

import numpy as np
import torch

from critic_training.baselines.regressor import pooled
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.head.alexnet_backbone import AlexNetFront
from critic_training.runs.features import batches


@dataclass(frozen=True)
class Looks:
    """`fc6` `[N, 4096]` after its ReLU, `pool5` `[N, 512]`: averages and maxima."""

    fc6: Floats
    pool5: Floats


def look(front: AlexNetFront, photos: Inputs) -> Looks:
    """Of prepared photos."""
    maps = np.concatenate([front.maps(torch.from_numpy(batch)).numpy() for batch in batches(photos)])
    return Looks(front.pooling.units(maps).reshape(len(maps), -1), pooled(maps))
