"""How far a frame departs from most frames of its burst, which hands and meters make alike.

Within a burst only: who takes longer may have corrected the frames before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_core.imaging.lab import luminance
from critic_worker.albums.features.capture_facts import cameras, runs, taken_seconds
from critic_worker.albums.features.property_values import value_of
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.albums.thumbnails.fingerprint_rows import thumbnails_of
from critic_worker.albums.thumbnails.registration import register
from critic_worker.arrays import Float64Array, Int64Array

_LEAST_FRAMES = 3  # of two frames, nothing says which departs
_LEAST_FIT = 0.9
_LEVEL = 1.0  # degrees
_SURE_TILT = 0.25  # share of the edges that agree
_LARGEST_TURN = 8.0  # degrees
_BLACK = 1e-4  # luminance


@dataclass(frozen=True)
class Departures:
    """Of N photos, `[N]` each: degrees, 0 to 8, and stops, unsigned; 0 for photos of no burst."""

    turn: Float64Array
    exposure: Float64Array


def burst_departures(features: Sequence[PhotoFeatures], near: Int64Array) -> Departures:
    """From the medians of the bursts within each group `near` `[N]`.

    No turn is known of frames that do not register, and none counts against a frame whose own edges say it is level.
    """
    stops, taken, camera = _stops(features), taken_seconds(features), cameras(features)
    turn, exposure = np.zeros(len(features)), np.zeros(len(features))
    for members in group_members(near):
        for burst in _bursts(members, taken, camera):
            turn[burst] = _turns([features[photo] for photo in burst])
            exposure[burst] = np.abs(stops[burst] - np.median(stops[burst]))
    return Departures(np.where([is_level(photo) for photo in features], 0.0, turn), exposure)


def is_level(photo: PhotoFeatures) -> bool:
    """Whether most edges agree on it."""
    tilt = sure_tilt(photo)
    return tilt is not None and tilt < _LEVEL


def sure_tilt(photo: PhotoFeatures) -> float | None:
    """Degrees; None where the edges do not agree."""
    horizon = photo.horizon
    return abs(horizon.degrees) if horizon is not None and horizon.confidence >= _SURE_TILT else None


def _bursts(members: Int64Array, taken: Float64Array, camera: Int64Array) -> Iterator[Int64Array]:
    """With at least three times: edited copies have the time of their original."""
    for body in np.unique(camera[members][camera[members] >= 0]):
        frames = members[camera[members] == body]
        for run in runs(taken[frames]):
            if len(np.unique(taken[frames[run]])) >= _LEAST_FRAMES:
                yield frames[run]


def _turns(burst: Sequence[PhotoFeatures]) -> Float64Array:
    thumbnails = thumbnails_of(burst)
    usual = np.abs(thumbnails - np.median(thumbnails, axis=0)).mean(axis=(1, 2)).argmin()
    registered = register(np.repeat(thumbnails[[usual]], len(thumbnails), axis=0), thumbnails)
    fits = registered.fit >= _LEAST_FIT
    if fits.sum() < _LEAST_FRAMES:
        return np.zeros(len(burst), np.float64)
    turned = np.abs(registered.degrees - np.median(registered.degrees[fits]))
    return np.asarray(np.where(fits, np.minimum(turned, _LARGEST_TURN), 0.0))


def _stops(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Mean luminance, binary logarithm, from its CIE lightness."""
    return np.asarray(np.log2(np.maximum(luminance(value_of(features, PropertyName.exposure)), _BLACK)))
