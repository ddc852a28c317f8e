"""Reasons for or against one of several near duplicates by what is sharp in it, by eyes and by tilt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Reason, SubjectSource
from critic_worker.albums.ranking.burst_departures import is_level, sure_tilt
from critic_worker.albums.ranking.group_terms import closed_eyes
from critic_worker.albums.ranking.subject_focus import GroupFocus, group_focus
from critic_worker.arrays import BoolArray, Float64Array

_VISIBLE = 0.22  # of the logarithm of detail: a fifth
_SAME = 0.1
_TILTED = 2.5  # degrees
_SURE_EYES = 0.9


@dataclass(frozen=True)
class FocusReasons:
    """Reason → photos for which the reason holds; and photos that are sharp beside the subject. `[n]` each."""

    reasons: dict[Reason, BoolArray]
    misplaced: BoolArray


def focus_reasons(features: Sequence[PhotoFeatures], turn: Float64Array) -> FocusReasons:
    """For the n photos of a group; `turn` `[n]`: degrees by which they depart from their bursts."""
    focus, none = group_focus(features), np.zeros(len(features), bool)
    reasons = {EYES_CLOSED: _eyes_closed(features), TILTED: _tilted(features, turn)}
    if focus is None:
        return FocusReasons(reasons, none)
    misplaced = _misplaced(focus)
    sharp = (focus.subject >= focus.subject.max() - _SAME) if misplaced.any() else none
    on_faces = focus.source is SubjectSource.faces
    return FocusReasons(
        {
            SHARP_ON_FACE if on_faces else SHARP_ON_SUBJECT: sharp,
            FACE_OUT_OF_FOCUS if on_faces else SUBJECT_OUT_OF_FOCUS: misplaced,
            **reasons,
        },
        misplaced,
    )


def _misplaced(focus: GroupFocus) -> BoolArray:
    """Softer on the subject than another frame, and no softer around the subject than that frame."""
    best = int(focus.subject.argmax())
    softer = focus.subject < focus.subject[best] - _VISIBLE
    return np.asarray(softer & (focus.background > focus.background[best] - _SAME))


def _eyes_closed(features: Sequence[PhotoFeatures]) -> BoolArray:
    """Only where another frame shows the eyes otherwise: sleepers and lowered eyes are no fault."""
    closed = np.array([closed_eyes(photo.faces) >= _SURE_EYES for photo in features], bool)
    return closed & ~closed.all()


def _tilted(features: Sequence[PhotoFeatures], turn: Float64Array) -> BoolArray:
    """By the edges of the photo, or against most frames of its burst."""
    tilts = np.array([sure_tilt(photo) for photo in features], np.float64)  # None becomes NaN
    one_is_level = any(is_level(photo) for photo in features)
    return np.asarray((tilts > _TILTED) & one_is_level | (turn > _TILTED))


SHARP_ON_FACE = Reason(code="sharp_on_face", sentence="It is sharp on the face.", favourable=True)
SHARP_ON_SUBJECT = Reason(code="sharp_on_subject", sentence="It is sharp on the subject.", favourable=True)
FACE_OUT_OF_FOCUS = Reason(
    code="face_out_of_focus", sentence="It is sharp beside the face: a near duplicate is sharp on it.", favourable=False
)
SUBJECT_OUT_OF_FOCUS = Reason(
    code="subject_out_of_focus",
    sentence="It is sharp beside the subject: a near duplicate is sharp on it.",
    favourable=False,
)
EYES_CLOSED = Reason(
    code="eyes_closed", sentence="Eyes are closed; in a near duplicate they are not.", favourable=False
)
TILTED = Reason(code="tilted", sentence="The photo is tilted; a near duplicate is level.", favourable=False)

FOCUS_REASONS = (SHARP_ON_FACE, SHARP_ON_SUBJECT, FACE_OUT_OF_FOCUS, SUBJECT_OUT_OF_FOCUS, EYES_CLOSED, TILTED)
