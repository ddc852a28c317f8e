"""Features of photos and of their mirror images."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_training.data.photo_sets import Floats


@dataclass(frozen=True)
class Views:
    """Each `[N, P]`."""

    plain: Floats
    mirrored: Floats

    def both(self) -> Floats:
        """All photos, then all mirror images."""
        return np.concatenate([self.plain, self.mirrored])

    def take(self, chosen: npt.NDArray[np.bool_]) -> "Views":
        """The photos that `chosen` marks."""
        return Views(self.plain[chosen], self.mirrored[chosen])

    def map(self, function: Callable[[Floats], Floats]) -> "Views":
        """The same function of both."""
        return Views(function(self.plain), function(self.mirrored))
