"""Which photos of an album belong together, on three levels that lie within each other.

*exact*: the same pixels. *near*: near duplicates, each with each. *scene*: the same subject or place. The answer does
not depend on the order in which photos came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import Thresholds
from critic_worker.albums.linkage import Numbers, groups, lifted
from critic_worker.albums.similarity import Marks, alike


@dataclass(frozen=True)
class Levels:
    """The group of each of N photos, `[N]` each; photos of one exact group share a near group, and those a scene."""

    exact: Numbers
    near: Numbers
    scene: Numbers


def group(pixels: Sequence[str], marks: Marks, limits: Thresholds) -> Levels:
    """`pixels`: the digest of each photo's pixels (`Fingerprint.pixels_sha256`)."""
    digests, first, exact = np.unique(np.array(pixels, dtype=str), return_index=True, return_inverse=True)
    one_each = Marks(marks.hashes[first], marks.embeddings[first], marks.taken[first])  # in the order of the digests
    near_pairs, scene_pairs = alike(one_each, limits)
    near = groups(len(digests), near_pairs)
    scene = groups(int(near.max(initial=-1)) + 1, lifted(scene_pairs, near))[near] if len(near) else near
    return Levels(exact, near[exact], scene[exact])
