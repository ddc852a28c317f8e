"""How far a frame is turned against the others of its group: most frames of a burst are held alike."""

from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_worker.albums.fingerprint_rows import thumbnails_of
from critic_worker.albums.registration import register
from critic_worker.arrays import Float64Array

LEAST_FRAMES = 3
"""Of two frames, nothing says which is turned."""
_LEAST_FIT = 0.9
_LARGEST = 8.0  # degrees


def turns(features: Sequence[PhotoFeatures]) -> Float64Array:
    """Degrees from the median of the n frames of a group, `[n]`, 0 to 8; 0 for frames that do not register."""
    none = np.zeros(len(features), np.float64)
    if len(features) < LEAST_FRAMES:
        return none
    thumbnails = thumbnails_of(features)
    registered = register(np.repeat(thumbnails[:1], len(thumbnails), axis=0), thumbnails)
    fits = registered.fit >= _LEAST_FIT
    if fits.sum() < LEAST_FRAMES:
        return none
    turned = np.abs(registered.degrees - np.median(registered.degrees[fits]))
    return np.asarray(np.where(fits, np.minimum(turned, _LARGEST), 0.0))
