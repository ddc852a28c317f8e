"""Saturation: colourfulness of the photo.

Spread and distance from grey on the two opponent axes red–green and yellow–blue. Unit: points; 0 is black and white,
about 15 slightly, 45 averagely and 80 highly colourful in the authors' experiment. Source: Hasler and Süsstrunk,
"Measuring colourfulness in natural images", SPIE 5007, 2003.
"""

import math

import numpy as np
import numpy.typing as npt

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, in_favour
from critic_core.imaging.properties.view import Levels, View


def saturation(view: View) -> float:
    """0 to about 190."""
    red, green, blue = (channel.astype(np.int16) for channel in view.channels)
    red_green, yellow_blue = _moments(red - green), _moments(red + green - 2 * blue) / 2
    distance, spread = np.hypot(red_green, yellow_blue)
    return float(spread + 0.3 * distance)


def _moments(levels: Levels) -> npt.NDArray[np.float64]:
    """Mean and standard deviation."""
    values = levels.ravel().astype(np.float32)
    mean = float(values.mean(dtype=np.float64))
    return np.array([mean, math.sqrt(max(0.0, float(values @ values) / len(values) - mean**2))])


MEASURE = Measure(
    name=PropertyName.saturation,
    unit="colourfulness points",
    value=saturation,
    low=14.7,
    high=74.9,
    sentences={
        Level.low: "There is little colour in the photo.",
        Level.usual: "The colours are as strong as in most photos.",
        Level.high: "The colours are vivid.",
    },
    reasons={Level.high: in_favour("vivid_colours", "The colours are vivid.")},
)
