"""How far a frame departs from most frames of its burst, which hands and meters make alike.

Within a burst only: who takes longer may have corrected the frames before.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_worker.albums.capture_times import runs, taken_seconds
from critic_worker.albums.fingerprint_rows import thumbnails_of
from critic_worker.albums.property_values import value_of
from critic_worker.albums.registration import register
from critic_worker.arrays import Float64Array, Int64Array

_LEAST_FRAMES = 3  # of two frames, nothing says which departs
_LEAST_FIT = 0.9
_LARGEST_TURN = 8.0  # degrees
_BLACK = 1e-4  # luminance


def turns(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Degrees from the burst's median for the n photos of a group, `[n]`, 0 to 8; 0 for frames that do not register."""
    turned = np.zeros(len(features), np.float64)
    for burst in _bursts(features):
        turned[burst] = _turns([features[photo] for photo in burst])
    return turned


def exposure_departures(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Stops from the burst's median for the n photos of a group, `[n]`, unsigned."""
    stops, departures = _stops(features), np.zeros(len(features), np.float64)
    for burst in _bursts(features):
        departures[burst] = np.abs(stops[burst] - np.median(stops[burst]))
    return departures


def _bursts(features: Sequence[PhotoFeatures]) -> Iterator[Int64Array]:
    return (burst for burst in runs(taken_seconds(features)) if len(burst) >= _LEAST_FRAMES)


def _turns(burst: Sequence[PhotoFeatures]) -> Float64Array:
    thumbnails = thumbnails_of(burst)
    registered = register(np.repeat(thumbnails[:1], len(thumbnails), axis=0), thumbnails)
    fits = registered.fit >= _LEAST_FIT
    if fits.sum() < _LEAST_FRAMES:
        return np.zeros(len(burst), np.float64)
    turned = np.abs(registered.degrees - np.median(registered.degrees[fits]))
    return np.asarray(np.where(fits, np.minimum(turned, _LARGEST_TURN), 0.0))


def _stops(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Mean luminance, binary logarithm, from its CIE lightness."""
    lightness = value_of(features, PropertyName.exposure)
    luminance = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness * 27 / 24389)
    return np.asarray(np.log2(np.maximum(luminance, _BLACK)))
