"""Out-of-fold answers: every photo is judged by a model that saw no photo of its theme."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from critic_training.dataset import Floats, Rated

Asked = Callable[[npt.NDArray[np.bool_]], Floats]
"""Answers about the photos that are marked."""

Fit = Callable[[npt.NDArray[np.bool_]], Asked]
"""Learns from the photos that are marked."""


def out_of_fold(rated: Rated, fit: Fit) -> Floats:
    """One answer a photo, in the order of `rated`."""
    told = np.zeros(len(rated.score), np.float32)
    for fold in np.unique(rated.fold):
        held_out = rated.fold == fold
        told[held_out] = fit(~held_out)(held_out)
    return told
