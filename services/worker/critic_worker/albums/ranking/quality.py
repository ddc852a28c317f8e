"""The quality of an album's photos, and the best of near duplicates.

Among near duplicates the score says little and technical losses say much: the subject is the same, so that its detail,
highlights, tilt and eyes compare fairly. Between different subjects they do not (a beautiful soft photo is better than
a crisp dull one): there, only faults as large as in the worst twentieth of photos count, and little. All terms are
log-odds: the probability's, and the weighted `critic_worker.albums.ranking.group_terms`.

The weights are fitted on photographs and their worse copies (logistic regression on differences; docs/measurements.md
has the accuracy on other photographs):

    python -m training.research.best_of_group --photos $CRITIC_DATA --fit
"""

from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_worker.albums.features.property_values import log_detail, value_of
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.albums.ranking.burst_departures import Departures
from critic_worker.albums.ranking.group_terms import group_terms
from critic_worker.arrays import BoolArray, Float64Array, Int64Array

WEIGHTS = np.array([2.22, 0.40, 0.91, 3.0, 1.0, 2.0])
"""Of `group_terms.TERMS`, log-odds a unit; the last three are chosen and not fitted."""
_SOFT, _WHITE = 3.7, 0.7  # log-odds of faults between different subjects: an octave·ln 2, a root of a percent
LEAST_DETAIL, MUCH_IN_HIGHLIGHTS = 1.22, 20.8  # levels and %: the worst twentieth of 1,627 photographs
MOST_BETWEEN_GROUPS = 1.0  # log-odds; largest effect of faults between different subjects
MOST_WITHIN_GROUP = 2.0  # log-odds; limit of the loss of a worse copy
_COPY_PIXELS = 1.1  # times as many pixels: not the same file again
_FRAME_BITS = 8  # of 64: 6 for 99 % of copies, more for the smallest
_BEHIND_ORIGINAL = 0.1  # log-odds
_DAMAGED = 100.0  # log-odds; more than any other difference
_CERTAIN = 1e-4  # distance of a probability from 0 and 1


def quality(
    features: Sequence[PhotoFeatures],
    near: Int64Array,
    taste: Float64Array | float = 0.0,
    departures: Departures | None = None,
) -> Float64Array:
    """`[N]`, 100 × a probability, comparable over the album; `near` `[N]`: groups of near duplicates.

    `taste`, log-odds `[N]`, counts between groups only: near duplicates show the same subject.

    The best photo of a group has the quality that it would have alone; the others rank below it by preference. Groups
    do not affect each other.
    """
    preferences = _comparable(features, near, departures)
    best = _best_by(preferences, near)
    gap = preferences[best] - preferences
    loss = MOST_WITHIN_GROUP * gap / (MOST_WITHIN_GROUP + gap)
    return _percent((common_log_odds(features) + taste - _damage(features))[best] - loss)


def common_log_odds(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Of each photo's probability less its faults, `[N]`: compares different subjects, whoever the owner is."""
    return np.asarray(probability_log_odds(features) - _faults(features))


def preference(
    features: Sequence[PhotoFeatures], near: Int64Array, departures: Departures | None = None
) -> Float64Array:
    """`[N]`, log-odds; compares near duplicates, and means nothing between different subjects."""
    return np.asarray(probability_log_odds(features) + group_terms(features, near, departures) @ WEIGHTS)


def best_of(features: Sequence[PhotoFeatures], near: Int64Array) -> Int64Array:
    """The index of the preferred photo of each photo's group, `[N]`; of equals the first."""
    return _best_by(_comparable(features, near), near)


def _best_by(preferences: Float64Array, near: Int64Array) -> Int64Array:
    order = np.lexsort((np.arange(len(near)), -preferences, near))
    _, first, group = np.unique(near[order], return_index=True, return_inverse=True)
    best = np.empty(len(near), np.int64)
    best[order] = order[first][group]
    return best


def _comparable(
    features: Sequence[PhotoFeatures], near: Int64Array, departures: Departures | None = None
) -> Float64Array:
    """Preferences in which damaged files come last, and smaller copies of one frame behind the larger.

    A reduced copy looks crisper than its original: fine detail compares photos of one size only.
    """
    preferences = preference(features, near, departures) - _damage(features)
    sound = np.array([not photo.damaged for photo in features], bool)
    sizes = np.array([photo.pixels for photo in features], np.float64)
    for members in group_members(near):
        pixels = sizes[members]
        if pixels.max() <= _COPY_PIXELS * pixels.min():
            continue
        for photo in np.argsort(-pixels, kind="stable"):
            larger = (pixels > _COPY_PIXELS * pixels[photo]) & (pixels[photo] > 0) & sound[members]
            copied = members[larger][_same_frame(features, members[larger], int(members[photo]))]
            least = preferences[copied].min(initial=np.inf) - _BEHIND_ORIGINAL
            preferences[members[photo]] = min(preferences[members[photo]], least)
    return preferences


def _same_frame(features: Sequence[PhotoFeatures], photos: Int64Array, copy: int) -> BoolArray:
    """Which of `photos` show the frame of `copy`, `[K]`: hardly a bit of the hash differs."""
    copy_hash = int(features[copy].fingerprint.perceptual_hash, 16)
    bits = [(int(features[photo].fingerprint.perceptual_hash, 16) ^ copy_hash).bit_count() for photo in photos]
    return np.asarray(np.array(bits, np.int64) <= _FRAME_BITS)


def _damage(features: Sequence[PhotoFeatures]) -> Float64Array:
    return np.array([_DAMAGED if photo.damaged else 0.0 for photo in features], np.float64)


def probability_log_odds(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Of each photo's probability, `[N]`; the scores of critiques without one are percentages of it."""
    shares = (photo.score / 100 if photo.probability is None else photo.probability for photo in features)
    share = np.fromiter(shares, np.float64)
    return np.asarray(np.log((share + _CERTAIN) / (1 - share + _CERTAIN)))


def _faults(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Faults larger than in most photos, log-odds."""
    detail, highlights = (value_of(features, name) for name in (PropertyName.fine_detail, PropertyName.highlights))
    soft = _SOFT * (log_detail(LEAST_DETAIL) - log_detail(detail))
    white = _WHITE * (np.sqrt(highlights) - np.sqrt(MUCH_IN_HIGHLIGHTS))
    return np.asarray(np.minimum(np.maximum(soft, 0) + np.maximum(white, 0), MOST_BETWEEN_GROUPS))


def _percent(log_odds: Float64Array) -> Float64Array:
    return np.asarray(100 / (1 + np.exp(-log_odds)))
