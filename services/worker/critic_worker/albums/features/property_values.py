"""A property of many photos, and what of it is visible."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_worker.arrays import Float64Array

MEDIAN_LIGHTNESS = 52.0  # L*, of photos
_MEDIANS = {PropertyName.fine_detail: 4.17, PropertyName.highlights: 0.98, PropertyName.exposure: MEDIAN_LIGHTNESS}

INVISIBLE_DETAIL = 0.3  # levels: less detail looks alike
VISIBLE_DETAIL_RATIO = 0.8  # of the sharper photo's fine detail: the smallest visible blur takes a fifth
VISIBLE_LIGHTNESS = 6.0  # L*: half a stop for a photo of median brightness
VISIBLE_HIGHLIGHTS = 2.0  # % of the photo


def log_detail(levels: npt.ArrayLike) -> Float64Array:
    """Natural logarithm of detail, differences of invisible detail left out; of the shape of `levels`."""
    return np.asarray(np.log(np.hypot(levels, INVISIBLE_DETAIL)), np.float64)


def value_of(features: Sequence[PhotoFeatures], name: PropertyName) -> Float64Array:
    """A property of each photo, `[N]`; the median where a critique is older than the property."""
    return np.array([photo.properties.get(name, _MEDIANS.get(name, np.nan)) for photo in features], np.float64)
