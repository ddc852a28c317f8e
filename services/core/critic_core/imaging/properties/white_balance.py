"""White balance: strength of the colour cast.

Angle between the estimated colour of the light and neutral grey, in linear light; the estimate is the 6-norm of the
channels over all pixels. Unit: degrees, 0 (neutral) to about 55. A photo of a green meadow has a cast by this
measure, too. Source: Finlayson and Trezzi, "Shades of gray and colour
constancy", CIC 2004.
"""

import math

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against
from critic_core.imaging.properties.view import View, linear_levels

_SIXTH_POWERS = linear_levels() ** 6


def white_balance(view: View) -> float:
    """0 to 55; 0 for a black photo."""
    light = (view.tones @ _SIXTH_POWERS) ** (1 / 6)
    length = float(np.linalg.norm(light))
    if length == 0:
        return 0.0
    return math.degrees(math.acos(min(1.0, float(light.sum()) / (math.sqrt(3) * length))))


MEASURE = Measure(
    name=PropertyName.white_balance,
    unit="degrees from neutral",
    value=white_balance,
    low=0.46,
    high=19.3,
    sentences={
        Level.low: "The colours are neutral.",
        Level.usual: "There is no unusual colour cast.",
        Level.high: "The whole photo leans to one colour.",
    },
    reasons={Level.high: against("colour_cast", "The whole photo leans to one colour.")},
)
