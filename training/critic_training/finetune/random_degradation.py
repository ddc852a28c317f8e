"""Copies that anyone would find worse, for ranking a photo above its own copy without any rating.

The changes are those of `evaluation.worse`; which one, and how much of it between mild and strong, is drawn by chance.
They act on the network's 224 pixels and not on the file, so an evaluation on files still asks something new.
"""

import numpy as np

from critic_core.contracts.manifest import Fit, Preprocessing
from critic_core.imaging.preprocess import to_input
from critic_training.data.degradations import DEGRADATIONS
from critic_training.data.photo_sets import Inputs

KINDS = tuple(DEGRADATIONS.values())


def degrade_randomly(photo: Inputs, random: np.random.Generator) -> Inputs:
    """A worse copy of uint8 `[S, S, 3]`, of the same shape."""
    change, (mild, _, strong) = KINDS[random.integers(len(KINDS))]
    changed = change(photo, mild + random.random() * (strong - mild), random)
    return to_input(changed, Preprocessing(size=len(photo), fit=Fit.squash))
