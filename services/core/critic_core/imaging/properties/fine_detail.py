"""Fine detail: strength of the finest structures of the photo, without noise.

Root mean square of the luma's second differences, less the noise estimate: the median over tiles, since noise is
uniform over a photo and detail is not. Blur, darkness, noise and strong compression reduce fine detail. Fine detail
depends on the subject, so comparisons make sense between photos of the same subject only.

Unit: levels, 0 upwards. Source of operator and noise estimate: Immerkær, "Fast noise variance estimation", Computer
Vision and Image Understanding 64(2), 1996 (there over the whole photo, here over tiles).
"""

import math

import numpy as np

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure
from critic_core.imaging.properties.view import Levels, View, tiles

_GAIN = 6.0  # the operator's output for noise of one level
_TO_DEVIATION = math.sqrt(math.pi / 2)  # the mean of absolute values → the standard deviation, of normal noise


def fine_detail(view: View) -> float:
    """0 for a photo of one tone, of pure noise, or of fewer than three rows or columns."""
    if min(view.luma.shape) < 3:
        return 0.0
    second = _second_differences(view.luma)
    noise = _TO_DEVIATION * float(np.median(tiles(np.abs(second))))
    return math.sqrt(max(0.0, float(np.square(second, dtype=np.float32).mean()) - noise**2)) / _GAIN


def _second_differences(luma: Levels) -> Levels:
    """`[h − 2, w − 2]`, levels times the gain: second differences along rows, then along columns."""
    rows = luma[:-2] - 2 * luma[1:-1] + luma[2:]
    return np.asarray(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])


MEASURE = Measure(
    name=PropertyName.fine_detail,
    unit="levels",
    value=fine_detail,
    low=1.74,
    high=7.35,
    sentences={
        Level.low: "There is little fine detail.",
        Level.usual: "There is as much fine detail as in most photos.",
        Level.high: "There is much fine detail.",
    },
    reasons={},  # depends on the subject: little in mist, much in gravel
)
