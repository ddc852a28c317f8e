"""Features of photos and of their mirror images."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_training.data.photo_sets import Floats


@dataclass(frozen=True)
class Views:
    """Features `[N, P]` of both views."""

    plain: Floats
    mirrored: Floats

    def concatenate(self) -> Floats:
        """`[2 N, P]`: all photos, then all mirror images."""
        return np.concatenate([self.plain, self.mirrored])

    def select(self, mask: npt.NDArray[np.bool_]) -> "Views":
        """The photos of a boolean mask `[N]`."""
        return Views(self.plain[mask], self.mirrored[mask])

    def map(self, function: Callable[[Floats], Floats]) -> "Views":
        """The function of both views."""
        return Views(function(self.plain), function(self.mirrored))
