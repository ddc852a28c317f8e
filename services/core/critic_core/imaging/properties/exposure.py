"""Exposure: overall brightness of the photo.

CIE 1976 lightness L* of the mean luminance. Unit: L*, 0 (black) to 100 (white); a grey card of 18 % has 50.
Source: CIE 15:2018; luminance weights of ITU-R BT.709 (sRGB).
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against
from critic_core.imaging.properties.view import View, linear_levels

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_LINEAR = linear_levels()


def exposure(view: View) -> float:
    """0 to 100."""
    luminance = min(1.0, float(_LUMINANCE @ view.tones @ _LINEAR))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 216 / 24389 else luminance * 24389 / 27


MEASURE = Measure(
    name=PropertyName.exposure,
    unit="L*",
    value=exposure,
    low=32.6,
    high=76.3,
    sentences={
        Level.low: "The photo is darker than most.",
        Level.usual: "The photo is about as bright as most.",
        Level.high: "The photo is brighter than most.",
    },
    reasons={
        Level.low: against("underexposed", "The photo is very dark as a whole."),
        Level.high: against("overexposed", "The photo is very bright as a whole."),
    },
)
