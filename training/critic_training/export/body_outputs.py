"""Where a network's body ends."""

from typing import NamedTuple

import numpy as np
from torch import Tensor

from critic_training.data.photo_sets import Floats


class Ends(NamedTuple):
    """Names of values in the graph: see `networks.network.Seen`."""

    pooled: str
    hidden: str


def array(parameter: Tensor) -> Floats:
    """A parameter as it is stored."""
    return np.ascontiguousarray(parameter.detach().cpu().float().numpy())
