"""Of two photos of one category, is the better-rated one put first? By how far apart people rated them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from critic_training.data.photo_sets import Floats, RatedPhotos

GAPS = (0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class Pairs:
    """Pairs whose mean ratings differ by `least` to `most` rating points, and the share in the right order."""

    least: float
    most: float
    pairs: int
    right: float


def pairs_by_gap(predicted: Floats, rated: RatedPhotos) -> tuple[Pairs, ...]:
    """All pairs within each category, by gap; a tie of the predictions is half right."""
    gaps, right = (np.concatenate(values) for values in zip(*_within(predicted, rated), strict=True))
    edges = (*GAPS, np.inf)
    return tuple(_between(gaps, right, low, high) for low, high in pairwise(edges))


def _between(gaps: Floats, right: Floats, low: float, high: float) -> Pairs:
    those = (gaps >= low) & (gaps < high)
    return Pairs(low, high, int(those.sum()), float(right[those].mean()) if those.any() else float("nan"))


def _within(predicted: Floats, rated: RatedPhotos) -> list[tuple[Floats, Floats]]:
    found = []
    for name in np.unique(rated.category):
        at = np.flatnonzero(rated.category == name)
        left, right = (at[index] for index in np.triu_indices(len(at), 1))
        gap = rated.score[left] - rated.score[right]
        unequal = gap != 0
        order = np.sign(predicted[left] - predicted[right]) * np.sign(gap)
        found.append((np.abs(gap)[unequal], ((order + 1) / 2)[unequal]))
    return found
