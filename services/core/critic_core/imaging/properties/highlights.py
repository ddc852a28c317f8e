"""Highlights: share of the photo with a saturated colour channel, where detail is lost.

Share of pixels with any channel at 250 or more. Unit: percent of the photo, 0 to 100. Clipping counts pure white
alone; a sky saturates in blue first, so highlights reveal the longer exposure of two photos of a subject earlier.
Source: the highlight warning of RAW developers, by channel.
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure
from critic_core.imaging.properties.view import View

_END = 250


def highlights(view: View) -> float:
    """0 to 100."""
    return 100 * np.count_nonzero(view.brightest_channel >= _END) / view.luma.size


MEASURE = Measure(
    name=PropertyName.highlights,
    unit="% of pixels",
    value=highlights,
    low=0.0081,
    high=12.05,
    sentences={
        Level.low: "The highlights keep all of their detail.",
        Level.usual: "As little is lost in the highlights as in most photos.",
        Level.high: "Much of the highlights has lost detail in one colour or in all.",
    },
    reasons={},  # white paper and red flowers are no faults; clipping covers pure white
)
