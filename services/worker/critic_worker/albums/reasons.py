"""Why a photo is better or worse than the others of its group, from what was measured of all of them.

Each reason compares with the best value in the group, and is told only where the eye would see the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Marks
from critic_core.contracts.critique import PropertyName, Reason
from critic_worker.albums.linkage import Numbers, together
from critic_worker.albums.quality import Floats, value_of

_SOFTER = 0.8  # of the sharpest photo's fine detail: the first blur that one sees side by side takes a fifth
_CALMER = 10.0  # % of the background: noise takes that much of what was calm, blur nothing, another framing less
_BRIGHTER = 6.0  # L*: half a stop for a photo of usual brightness
_MIDDLE = 52.0  # L*, of the usual photo
_BLOWN = 2.0  # % of the photo
_LIKED = 5.0  # points of score

_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Group:
    """What is compared of the n photos of a group, `[n]` each."""

    score: Floats
    detail: Floats  # against the contrast, so that a dark photo is no blurred one; ∝ fine detail
    calm: Floats
    lightness: Floats
    blown: Floats

    @property
    def off(self) -> Floats:
        """How far from the usual brightness, L*."""
        return np.abs(self.lightness - _MIDDLE)


def reasons_in_groups(marks: Sequence[Marks], quality: Floats, near: Numbers) -> list[tuple[Reason, ...]]:
    """For each of N photos; none for those that are alone. `near` `[N]`: the group of near duplicates of each."""
    told: list[tuple[Reason, ...]] = [()] * len(marks)
    for group in together(near):
        members = group.tolist()
        for place, found in zip(members, _of_group([marks[place] for place in members], quality[members]), strict=True):
            told[place] = found
    return told


def _of_group(marks: Sequence[Marks], quality: Floats) -> list[tuple[Reason, ...]]:
    holds = {reason: held for reason, held in _held(_group(marks)).items() if held.any()}
    best = np.arange(len(marks)) == int(np.argmax(quality))
    return [
        (BEST if best[place] else WEAKER, *(reason for reason, held in holds.items() if held[place]))
        for place in range(len(marks))
    ]


def _held(group: _Group) -> dict[Reason, _Flags]:
    """Which photos each reason is true of, `[n]`."""
    off = group.off > group.off.min() + _BRIGHTER
    sharpest = int(np.argmax(np.where(off, -1.0, group.detail)))  # what is too bright looks harder than it is
    soft = group.detail < _SOFTER * group.detail[sharpest]
    noisy = group.calm < group.calm[sharpest] - _CALMER
    return {
        SHARPEST: (np.arange(len(soft)) == sharpest) & soft.any(),
        BETTER_EXPOSED: ~off & (group.off < group.off.max() - _BRIGHTER),
        MOST_PLEASING: (group.score == group.score.max()) & (group.score.min() < group.score.max() - _LIKED),
        BLURRED: soft & ~noisy,
        NOISY: noisy,
        TOO_DARK: off & (group.lightness < _MIDDLE),
        TOO_BRIGHT: off & (group.lightness > _MIDDLE),
        CLIPPED: group.blown > group.blown[~soft].min() + _BLOWN,  # blur smears highlights away, and saves none
    }


def _group(marks: Sequence[Marks]) -> _Group:
    contrast = np.maximum(value_of(marks, PropertyName.contrast), 1e-3)
    return _Group(
        score=np.array([each.score for each in marks], np.float64),
        detail=value_of(marks, PropertyName.fine_detail) / contrast,
        calm=value_of(marks, PropertyName.background_flatness),
        lightness=value_of(marks, PropertyName.exposure),
        blown=value_of(marks, PropertyName.highlights),
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
"""All that can be told of a photo in a group: docs/api.md lists them, and a test compares."""
