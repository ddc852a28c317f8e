"""Pairs of frames of a burst: one camera, at most two seconds apart, and hardly another view.

Within two seconds a camera tilts, zooms or changes its exposure, but hardly turns to something that looks alike: the
embedding needs to agree less than between other near duplicates, and the hash, which no tilt survives, not at all.
Measured on bursts made of photographs (docs/measurements.md).
"""

import numpy as np

from critic_worker.albums.complete_linkage import Pairs
from critic_worker.albums.similar_pairs import SimilarityFeatures
from critic_worker.arrays import Int64Array

SECONDS = 2.0
LEAST_COSINE = 0.6
_MOST_FRAMES = 120  # within SECONDS: sixty a second


def burst_pairs(features: SimilarityFeatures) -> Pairs:
    """Pairs of N photos; none without capture time or camera."""
    order = np.lexsort((features.taken, features.camera))  # NaN comes last within a camera
    found = [_step(features, order, step) for step in range(1, min(_MOST_FRAMES, len(order)))]
    return Pairs(
        np.concatenate([np.zeros(0, np.int64), *(pairs.first for pairs in found)]),
        np.concatenate([np.zeros(0, np.int64), *(pairs.second for pairs in found)]),
        np.concatenate([np.zeros(0, np.float32), *(pairs.distance for pairs in found)]),
    )


def _step(features: SimilarityFeatures, order: Int64Array, step: int) -> Pairs:
    """Pairs of photos that are `step` frames apart."""
    earlier, later = order[:-step], order[step:]
    soon = features.taken[later] - features.taken[earlier] <= SECONDS  # NaN: not
    same = (features.camera[earlier] == features.camera[later]) & (features.camera[earlier] >= 0)
    earlier, later = earlier[soon & same], later[soon & same]
    cosine = np.einsum("ij,ij->i", features.embeddings[earlier], features.embeddings[later])
    distance = np.asarray((1 - cosine) / (1 - LEAST_COSINE), np.float32)
    near = distance <= 1
    first, second = np.minimum(earlier, later)[near], np.maximum(earlier, later)[near]
    return Pairs(first, second, np.maximum(distance[near], 0))
