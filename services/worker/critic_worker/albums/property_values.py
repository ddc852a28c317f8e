"""A property of many photos."""

from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_worker.arrays import Float64Array

_MEDIANS = {PropertyName.fine_detail: 4.17, PropertyName.highlights: 0.98, PropertyName.exposure: 55.5}


def value_of(features: Sequence[PhotoFeatures], name: PropertyName) -> Float64Array:
    """A property of each photo, `[N]`; the median where a critique is older than the property."""
    return np.array([photo.properties.get(name, _MEDIANS.get(name, np.nan)) for photo in features], np.float64)
