"""The networks of faces, as functions; their weights and runtime belong to the caller."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Network = Callable[[Floats], tuple[Floats, Floats]]
"""`[n, h, w, 3]` → two outputs with n rows each."""


@dataclass(frozen=True)
class FaceNetworks:
    """MediaPipe's networks.

    detector: `[n, h, w, 3]`, −1 to 1, sides in multiples of 32 → boxes `[n, anchors, 16]`, scores `[n, anchors]`
    mesh: `[n, 192, 192, 3]`, 0 to 1 → landmarks `[n, 468, 3]` in pixels of the input, presence `[n]`
    eye: `[n, 64, 64, 3]`, 0 to 1, of left eyes → contours `[n, 71, 3]` in pixels of the input, iris `[n, 5, 3]`
    """

    detector: Network
    mesh: Network
    eye: Network
