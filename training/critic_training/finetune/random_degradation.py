"""Degraded copies of network inputs, for ranking a photo above its own copy without ratings.

Degradations are those of `data.degradations`, with a random strength between mild and strong. They act on the network's
224 pixels and not on the file, so that an evaluation on files remains a test.
"""

import numpy as np

from critic_core.contracts.manifest import Fit, Preprocessing
from critic_core.imaging.preprocess import to_input
from critic_training.data.degradations import DEGRADATIONS
from critic_training.data.photo_sets import Inputs

KINDS = tuple(DEGRADATIONS.values())


def degrade_randomly(photo: Inputs, random: np.random.Generator) -> Inputs:
    """A degraded copy of uint8 `[S, S, 3]`, of the same shape."""
    degrade, (mild, _, strong) = KINDS[random.integers(len(KINDS))]
    degraded = degrade(photo, mild + random.random() * (strong - mild), random)
    return to_input(degraded, Preprocessing(size=len(photo), fit=Fit.squash))
