"""Groups of an album's photos on three nested levels, independent of the order of the photos.

*exact*: the same pixels. *near*: near duplicates, by complete linkage. *scene*: the same subject or place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import Thresholds
from critic_worker.albums.grouping.bursts import burst_pairs
from critic_worker.albums.grouping.complete_linkage import complete_linkage, group_pairs, merge_pairs
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures, similar_pairs
from critic_worker.arrays import Int64Array


@dataclass(frozen=True)
class Levels:
    """The group of each of N photos, `[N]` each; an exact group lies within a near group, and that within a scene."""

    exact: Int64Array
    near: Int64Array
    scene: Int64Array


def group(pixels: Sequence[str], features: SimilarityFeatures, thresholds: Thresholds) -> Levels:
    """`pixels`: the digest of each photo's pixels (`Fingerprint.pixels_sha256`)."""
    digests, first, exact = np.unique(np.array(pixels, dtype=str), return_index=True, return_inverse=True)
    photos = features[first]  # one photo a digest, sorted by digest
    near_pairs, scene_pairs = similar_pairs(photos, thresholds)
    near = complete_linkage(len(digests), merge_pairs(len(digests), near_pairs, burst_pairs(photos)))
    near_groups = int(near.max(initial=-1)) + 1
    scene = complete_linkage(near_groups, group_pairs(scene_pairs, near))[near] if len(near) else near
    return Levels(exact, near[exact], scene[exact])
