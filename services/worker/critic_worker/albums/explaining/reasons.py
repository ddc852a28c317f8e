"""Why a photo is better or worse than its near duplicates, by the measured properties.

A reason compares with the best value in the group, and requires a visible difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName, Reason
from critic_worker.albums.explaining.focus_reasons import FOCUS_REASONS, focus_reasons
from critic_worker.albums.features.property_values import (
    MEDIAN_LIGHTNESS,
    VISIBLE_DETAIL_RATIO,
    VISIBLE_HIGHLIGHTS,
    VISIBLE_LIGHTNESS,
    value_of,
)
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.arrays import BoolArray, Float64Array, Int64Array

_NOISE_FLATNESS_LOSS = 10.0  # % of the background: the effect of noise; blur has none, another framing less
_SCORE_DIFFERENCE = 2.0  # points of score
_EQUAL = 0.28  # log-odds of quality: people prefer the better of two frames with a chance of 0.65


@dataclass(frozen=True)
class _Properties:
    """Properties of n photos, `[n]` each."""

    score: Float64Array
    detail: Float64Array  # fine detail by contrast, so that a dark photo does not count as blurred
    flatness: Float64Array
    lightness: Float64Array
    highlights: Float64Array

    @property
    def exposure_error(self) -> Float64Array:
        """Distance from the median brightness, L*."""
        return np.abs(self.lightness - MEDIAN_LIGHTNESS)

    def __getitem__(self, photos: list[int]) -> "_Properties":
        columns = self.score, self.detail, self.flatness, self.lightness, self.highlights
        return _Properties(*(column[photos] for column in columns))


def reasons_in_groups(
    features: Sequence[PhotoFeatures], quality: Float64Array, near: Int64Array, turn: Float64Array
) -> list[tuple[Reason, ...]]:
    """The reasons of N photos; none for photos without near duplicates.

    `near` `[N]`: groups of near duplicates; `turn` `[N]`: degrees by which photos depart from their bursts.
    """
    reasons: list[tuple[Reason, ...]] = [()] * len(features)
    properties = _properties(features)
    for group in group_members(near):
        members = group.tolist()
        frames = [features[photo] for photo in members]
        group_reasons = _of_group(frames, properties[members], quality[members], turn[members])
        for photo, photo_reasons in zip(members, group_reasons, strict=True):
            reasons[photo] = photo_reasons
    return reasons


def _of_group(
    features: Sequence[PhotoFeatures], properties: _Properties, quality: Float64Array, turn: Float64Array
) -> list[tuple[Reason, ...]]:
    focus = focus_reasons(features, turn)
    flags = focus.reasons | _flags(properties)
    flags[SHARPEST] &= ~focus.misplaced.any()  # of frames that are sharp in different places, none is the sharpest
    flags[BLURRED] &= ~focus.misplaced
    flags = {reason: holds for reason, holds in flags.items() if holds.any()}
    ranks = _ranks(quality)
    return [
        (ranks[photo], *(reason for reason, holds in flags.items() if holds[photo])) for photo in range(len(features))
    ]


def _ranks(quality: Float64Array) -> list[Reason]:
    """The best, those that differ from it by less than the comparison can tell, and the rest."""
    log_odds = np.log(quality / (100 - quality))
    best = int(np.argmax(quality))
    equal = log_odds > log_odds[best] - _EQUAL
    return [BEST if photo == best else EQUAL if equal[photo] else WEAKER for photo in range(len(quality))]


def _flags(group: _Properties) -> dict[Reason, BoolArray]:
    """Reason → photos for which the reason holds, `[n]`."""
    error = group.exposure_error
    misexposed = error > error.min() + VISIBLE_LIGHTNESS
    sharpest = int(np.argmax(np.where(misexposed, -1.0, group.detail)))  # overexposure looks sharper
    soft = group.detail < VISIBLE_DETAIL_RATIO * group.detail[sharpest]
    noisy = group.flatness < group.flatness[sharpest] - _NOISE_FLATNESS_LOSS
    return {
        SHARPEST: (np.arange(len(soft)) == sharpest) & soft.any(),
        BETTER_EXPOSED: ~misexposed & (error < error.max() - VISIBLE_LIGHTNESS),
        MOST_PLEASING: (group.score == group.score.max()) & (group.score.min() < group.score.max() - _SCORE_DIFFERENCE),
        BLURRED: soft & ~noisy,
        NOISY: noisy,
        TOO_DARK: misexposed & (group.lightness < MEDIAN_LIGHTNESS),
        TOO_BRIGHT: misexposed & (group.lightness > MEDIAN_LIGHTNESS),
        CLIPPED: group.highlights
        > group.highlights[~soft].min() + VISIBLE_HIGHLIGHTS,  # blur spreads highlights, and restores none
    }


def _properties(features: Sequence[PhotoFeatures]) -> _Properties:
    contrast = np.maximum(value_of(features, PropertyName.contrast), 1e-3)
    return _Properties(
        score=np.array([photo.score for photo in features], np.float64),
        detail=value_of(features, PropertyName.fine_detail) / contrast,
        flatness=value_of(features, PropertyName.background_flatness),
        lightness=value_of(features, PropertyName.exposure),
        highlights=value_of(features, PropertyName.highlights),
    )


def _for(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=sentence, favourable=True)


def _against(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=sentence, favourable=False)


BEST = _for("best_in_group", "It is the best of its near duplicates.")
EQUAL = _for("nearly_equal", "It is as good as the best of its near duplicates, as far as measurement can tell.")
WEAKER = _against("near_duplicate_weaker", "A photo that is nearly the same is better.")
SHARPEST = _for("sharpest_in_group", "It is the sharpest of its near duplicates.")
BETTER_EXPOSED = _for("better_exposed", "It is better exposed than others of its near duplicates.")
MOST_PLEASING = _for("most_pleasing_in_group", "It has the highest score of its near duplicates.")
BLURRED = _against("blurred", "A near duplicate is clearly sharper: this one may be out of focus or shaken.")
NOISY = _against("noisier", "It has more noise than the sharpest of its near duplicates.")
TOO_DARK = _against("underexposed", "It is clearly darker than a near duplicate that is better exposed.")
TOO_BRIGHT = _against("overexposed", "It is clearly brighter than a near duplicate that is better exposed.")
CLIPPED = _against("clipped_highlights", "More is lost in its highlights than in a near duplicate.")

REASONS = (
    *FOCUS_REASONS,
    BEST,
    EQUAL,
    WEAKER,
    SHARPEST,
    BETTER_EXPOSED,
    MOST_PLEASING,
    BLURRED,
    NOISY,
    TOO_DARK,
    TOO_BRIGHT,
    CLIPPED,
)
"""All reasons, as docs/api.md lists them; a test compares."""
