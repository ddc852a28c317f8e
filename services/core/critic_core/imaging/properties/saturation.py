"""Saturation: colourfulness of the photo.

Spread and distance from grey on the two opponent axes red–green and yellow–blue. Unit: points; 0 is black and white,
about 15 slightly, 45 averagely and 80 highly colourful in the authors' experiment. Source: Hasler and Süsstrunk,
"Measuring colourfulness in natural images", SPIE 5007, 2003.
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, in_favour
from critic_core.imaging.properties.view import View


def saturation(view: View) -> float:
    """0 to about 190."""
    red, green, blue = (channel.astype(np.float32) for channel in view.channels)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    distance = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * distance)


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
