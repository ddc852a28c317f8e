"""The photographer's corrections of the groups of near duplicates, applied to what was found."""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from critic_core.contracts.group_correction import CorrectionKind, GroupCorrection
from critic_worker.albums.grouping.group_levels import Levels
from critic_worker.arrays import BoolArray, Int64Array


def apply_corrections(levels: Levels, ids: Sequence[str], corrections: Sequence[GroupCorrection]) -> Levels:
    """The groups of the photos with these ids, `[N]`, after all corrections; levels stay nested.

    Exact duplicates stay together. Photos of one group are of one scene: corrections across scenes merge them.
    """
    return reduce(
        lambda groups, correction: _apply(groups, _photos(correction, ids), correction.kind), corrections, levels
    )


def _photos(correction: GroupCorrection, ids: Sequence[str]) -> BoolArray:
    corrected_ids = set(correction.photos)
    return np.fromiter((photo_id in corrected_ids for photo_id in ids), bool, len(ids))


def _apply(levels: Levels, photos: BoolArray, kind: CorrectionKind) -> Levels:
    within = levels.exact if kind is CorrectionKind.separate else levels.near
    near = _one_group(levels.near, _whole_groups(within, photos))
    return Levels(levels.exact, near, _one_group(levels.scene, _whole_groups(levels.scene, photos)))


def _whole_groups(group: Int64Array, photos: BoolArray) -> BoolArray:
    """The photos, with all other photos of their groups."""
    return np.isin(group, group[photos])


def _one_group(group: Int64Array, photos: BoolArray) -> Int64Array:
    """These photos form one group, without others; numbers have no gaps."""
    new = int(group.max(initial=-1)) + 1
    return np.unique(np.where(photos, new, group), return_inverse=True)[1].astype(np.int64)
