"""Contrast: spread of brightness over the photo.

Standard deviation of the luma, over the full range. Unit: share of the range, 0 (one tone) to 0.5 (half black, half
white). Source: RMS contrast, Peli, "Contrast in complex images", JOSA A 7(10), 1990.
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against, in_favour
from critic_core.imaging.properties.view import View


def contrast(view: View) -> float:
    """0 to 0.5."""
    return float(view.luma.std(dtype=np.float32) / 255)


MEASURE = Measure(
    name=PropertyName.contrast,
    unit="RMS contrast",
    value=contrast,
    low=0.126,
    high=0.297,
    sentences={
        Level.low: "The tones lie close together: the photo looks flat.",
        Level.usual: "The contrast is that of most photos.",
        Level.high: "Light and dark lie far apart.",
    },
    reasons={
        Level.low: against("flat_contrast", "The tones lie close together, so the photo looks flat."),
        Level.high: in_favour("strong_contrast", "Light and dark lie far apart, which gives the photo strength."),
    },
)
