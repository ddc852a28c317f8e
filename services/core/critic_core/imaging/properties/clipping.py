"""Clipping: share of the photo in pure white or pure black.

Share of pixels with all three channels at 250 or more (white), or at 5 or less (black); the larger of the two
shares, negative for black. Unit: percent of the photo, −100 (all black) to 100 (all white).
Source: the clipping warning of RAW developers; the margins of five levels allow for JPEG's rounding.
"""

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against
from critic_core.imaging.properties.view import View

_WHITE, _BLACK = 250, 5


def clipping(view: View) -> float:
    """−100 to 100."""
    white = np.count_nonzero(view.darkest_channel >= _WHITE)
    black = np.count_nonzero(view.brightest_channel <= _BLACK)
    return 100 * (white if white >= black else -black) / view.luma.size


MEASURE = Measure(
    name=PropertyName.clipping,
    unit="% of pixels (white +, black −)",
    value=clipping,
    low=-10.8,
    high=7.9,
    sentences={
        Level.low: "Much of the shadows is pure black.",
        Level.usual: "Little is lost in pure white or pure black.",
        Level.high: "Much of the highlights is pure white.",
    },
    reasons={
        Level.low: against("clipped_shadows", "Parts of the shadows are pure black, without any detail."),
        Level.high: against("clipped_highlights", "Parts of the highlights are pure white, without any detail."),
    },
)
