"""Sharpness of the subject, compared within a group of near duplicates.

A frame whose focus lies behind the subject shows the subject badly, and a face that is out of focus may not be found:
the frames of a group share the position of the subject, and faces in any frame come before where cameras focused, and
that before what merely stands out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Focus, SubjectSource
from critic_core.imaging.focus.measure import decode_detail, decode_subject
from critic_worker.albums.features.property_values import log_detail
from critic_worker.arrays import Float64Array


@dataclass(frozen=True)
class GroupFocus:
    """Detail of the n frames of a group, natural logarithm of levels, `[n]` each: of the subject and around it."""

    subject: Float64Array
    background: Float64Array
    source: SubjectSource


def group_focus(features: Sequence[PhotoFeatures]) -> GroupFocus | None:
    """None if the critique of any frame is older than the measurement."""
    focuses = [photo.focus for photo in features if photo.focus is not None]
    if len(focuses) < len(features) or not focuses:
        return None
    sources = {focus.subject for focus in focuses}
    source = next(source for source in SubjectSource if source in sources)  # the surest first
    weights = _agreed(focuses) if source is SubjectSource.af_area else _mean_subject(focuses, source)
    detail = log_detail([decode_detail(focus) for focus in focuses])
    return GroupFocus(_mean(detail, weights), _mean(detail, weights.max() - weights), source)


def _mean_subject(focuses: Sequence[Focus], source: SubjectSource) -> Float64Array:
    return np.asarray(np.mean([decode_subject(focus) for focus in focuses if focus.subject is source], axis=0))


def _agreed(focuses: Sequence[Focus]) -> Float64Array:
    """What all frames agree on: a camera that missed the subject states where it focused instead."""
    tiles = [decode_subject(focus) for focus in focuses]
    return np.asarray(np.min([weights / max(1e-9, float(weights.sum())) for weights in tiles], axis=0))


def _mean(detail: Float64Array, weights: Float64Array) -> Float64Array:
    """Weighted means of `[n, 16, 16]`: every tile counts by its area, and not by its texture."""
    return np.asarray((detail * weights).sum(axis=(1, 2)) / max(1e-9, float(weights.sum())), np.float64)
