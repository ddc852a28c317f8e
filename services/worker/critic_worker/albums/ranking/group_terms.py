"""What makes one of several near duplicates better than another: differences of these terms, weighed by `quality`."""

from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import EyeState, Face, PropertyName
from critic_core.imaging.focus.subject import prominent
from critic_worker.albums.features.property_values import log_detail, value_of
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.albums.ranking.burst_departures import Departures, burst_departures
from critic_worker.albums.ranking.subject_focus import group_focus
from critic_worker.arrays import Float64Array, Int64Array

TERMS = ("subject detail", "highlights", "tilt", "closed eyes", "turn", "exposure")
_LARGEST_TILT = 8.0  # degrees
_HANDHELD, _METERED = 1.0, 0.3  # degrees, stops
_CHANCE_AGREEMENT = 0.12  # share of edges that agree in a photo without straight lines


def group_terms(
    features: Sequence[PhotoFeatures], near: Int64Array, departures: Departures | None = None
) -> Float64Array:
    """`[N, 6]` by `TERMS`: larger is better. Only differences within a group `near` `[N]` mean anything.

    `departures` within bursts count beyond what hands and meters vary by; None: measured here.
    """
    departures = departures or burst_departures(features, near)
    columns = [
        _subject_detail(features, near),
        -np.sqrt(value_of(features, PropertyName.highlights)),
        -np.array([_tilt(photo) for photo in features], np.float64),
        -np.array([closed_eyes(photo.faces) for photo in features], np.float64),
        -np.maximum(departures.turn - _HANDHELD, 0),
        -np.maximum(departures.exposure - _METERED, 0),
    ]
    return np.stack(columns, axis=1)


def _subject_detail(features: Sequence[PhotoFeatures], near: Int64Array) -> Float64Array:
    """Of the position that the frames of a group share; where no focus was measured, of the whole photo."""
    detail = _whole_detail(features)
    for members in group_members(near):
        focus = group_focus([features[photo] for photo in members])
        if focus is not None:
            detail[members] = focus.subject
    return detail


def _whole_detail(features: Sequence[PhotoFeatures]) -> Float64Array:
    return log_detail(value_of(features, PropertyName.fine_detail))


def _tilt(photo: PhotoFeatures) -> float:
    """Degrees by the agreement of the edges; 0 where nothing in the photo is straight."""
    if photo.horizon is None:
        return 0.0
    return min(abs(photo.horizon.degrees), _LARGEST_TILT) * max(0.0, photo.horizon.confidence - _CHANCE_AGREEMENT)


def closed_eyes(faces: Sequence[Face]) -> float:
    """The chance that a prominent face has closed eyes: the worst face decides."""
    closed = [face.eyes_confidence for face in prominent(faces) if face.eyes is EyeState.closed]
    return max(closed, default=0.0)
