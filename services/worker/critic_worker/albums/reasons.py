"""Why a photo is better or worse than its near duplicates, by the measured properties.

Each reason compares with the best value in the group, and holds only for a visible difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName, Reason
from critic_worker.albums.linkage import Numbers, group_members
from critic_worker.albums.quality import Floats, value_of

_SOFTER = 0.8  # of the sharpest photo's fine detail: the smallest visible blur takes a fifth
_CALMER = 10.0  # % of the background: noise takes that much of its flatness, blur nothing, another framing less
_BRIGHTER = 6.0  # L*: half a stop for a photo of median brightness
_MIDDLE = 52.0  # L*, median of photos
_BLOWN = 2.0  # % of the photo
_LIKED = 5.0  # points of score

_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Group:
    """Properties of the n photos of a group, `[n]` each."""

    score: Floats
    detail: Floats  # fine detail by contrast, so that a dark photo does not count as blurred
    calm: Floats
    lightness: Floats
    blown: Floats

    @property
    def exposure_error(self) -> Floats:
        """Distance from the median brightness, L*."""
        return np.abs(self.lightness - _MIDDLE)


def reasons_in_groups(features: Sequence[PhotoFeatures], quality: Floats, near: Numbers) -> list[tuple[Reason, ...]]:
    """For each of N photos; none for single photos. `near` `[N]`: the group of near duplicates of each."""
    reasons: list[tuple[Reason, ...]] = [()] * len(features)
    for group in group_members(near):
        members = group.tolist()
        group_reasons = _of_group([features[photo] for photo in members], quality[members])
        for photo, photo_reasons in zip(members, group_reasons, strict=True):
            reasons[photo] = photo_reasons
    return reasons


def _of_group(features: Sequence[PhotoFeatures], quality: Floats) -> list[tuple[Reason, ...]]:
    flags = {reason: holds for reason, holds in _flags(_group(features)).items() if holds.any()}
    best = int(np.argmax(quality))
    return [
        (BEST if photo == best else WEAKER, *(reason for reason, holds in flags.items() if holds[photo]))
        for photo in range(len(features))
    ]


def _flags(group: _Group) -> dict[Reason, _Flags]:
    """The photos of which each reason is true, `[n]`."""
    error = group.exposure_error
    off = error > error.min() + _BRIGHTER
    sharpest = int(np.argmax(np.where(off, -1.0, group.detail)))  # overexposure looks harder than it is
    soft = group.detail < _SOFTER * group.detail[sharpest]
    noisy = group.calm < group.calm[sharpest] - _CALMER
    return {
        SHARPEST: (np.arange(len(soft)) == sharpest) & soft.any(),
        BETTER_EXPOSED: ~off & (error < error.max() - _BRIGHTER),
        MOST_PLEASING: (group.score == group.score.max()) & (group.score.min() < group.score.max() - _LIKED),
        BLURRED: soft & ~noisy,
        NOISY: noisy,
        TOO_DARK: off & (group.lightness < _MIDDLE),
        TOO_BRIGHT: off & (group.lightness > _MIDDLE),
        CLIPPED: group.blown > group.blown[~soft].min() + _BLOWN,  # blur spreads highlights, and restores none
    }


def _group(features: Sequence[PhotoFeatures]) -> _Group:
    contrast = np.maximum(value_of(features, PropertyName.contrast), 1e-3)
    return _Group(
        score=np.array([photo.score for photo in features], np.float64),
        detail=value_of(features, PropertyName.fine_detail) / contrast,
        calm=value_of(features, PropertyName.background_flatness),
        lightness=value_of(features, PropertyName.exposure),
        blown=value_of(features, PropertyName.highlights),
    )


def _for(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=sentence, favourable=True)


def _against(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=sentence, favourable=False)


BEST = _for("best_in_group", "It is the best of its near duplicates.")
WEAKER = _against("near_duplicate_weaker", "A photo that is nearly the same is better.")
SHARPEST = _for("sharpest_in_group", "It is the sharpest of its near duplicates.")
BETTER_EXPOSED = _for("better_exposed", "It is better exposed than others of its near duplicates.")
MOST_PLEASING = _for("most_pleasing_in_group", "It has the highest score of its near duplicates.")
BLURRED = _against("blurred", "A near duplicate is clearly sharper: this one may be out of focus or shaken.")
NOISY = _against("noisier", "It has more noise than the sharpest of its near duplicates.")
TOO_DARK = _against("underexposed", "It is clearly darker than a near duplicate that is better exposed.")
TOO_BRIGHT = _against("overexposed", "It is clearly brighter than a near duplicate that is better exposed.")
CLIPPED = _against("clipped_highlights", "More is lost in its highlights than in a near duplicate.")

REASONS = (BEST, WEAKER, SHARPEST, BETTER_EXPOSED, MOST_PLEASING, BLURRED, NOISY, TOO_DARK, TOO_BRIGHT, CLIPPED)
"""All reasons, as docs/api.md lists them; a test compares."""
