"""Outputs of a network's body."""

from typing import NamedTuple

import numpy as np
from torch import Tensor

from critic_training.data.photo_sets import Floats


class BodyOutputs(NamedTuple):
    """Names of values in the graph: see `networks.network.Features`."""

    pooled: str
    hidden: str


def array(parameter: Tensor) -> Floats:
    """A parameter as float32."""
    return np.ascontiguousarray(parameter.detach().cpu().float().numpy())
