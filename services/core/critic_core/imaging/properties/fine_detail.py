"""Fine detail: how strong the finest structures of the photo are, what may be noise set aside.

The root mean square of the luma's second differences, less what noise alone would give, which is told from the median
of tiles: noise lies all over a photo alike, and detail does not. Blur takes fine detail away, and so do darkness,
noise and strong compression. It depends on what is in the picture, and so compares photos of the same thing.

Unit: levels, 0 upwards. Source of the operator and of the noise's estimate: Immerkær, "Fast noise variance estimation",
Computer Vision and Image Understanding 64(2), 1996 (his is of the whole photo, ours of tiles).
"""

import math

import numpy as np
import numpy.typing as npt

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure
from critic_core.imaging.properties.view import View, tiles

_GAIN = 6.0  # what the operator makes of noise of one level
_TO_DEVIATION = math.sqrt(math.pi / 2)  # the mean of absolute values → the standard deviation, of normal noise


def fine_detail(view: View) -> float:
    """0 for a photo of one tone, of nothing but noise, or of fewer than three rows or columns."""
    if min(view.luma.shape) < 3:
        return 0.0
    second = _second_differences(view.luma)
    noise = _TO_DEVIATION * float(np.median(tiles(np.abs(second))))
    return math.sqrt(max(0.0, float(np.square(second).mean()) - noise**2))


def _second_differences(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """`[h − 2, w − 2]`, levels: second differences along columns of those along rows."""
    rows = luma[:-2] - 2 * luma[1:-1] + luma[2:]
    return np.asarray((rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]) / _GAIN, dtype=np.float32)


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
    reasons={},  # a misty morning has little of it, and gravel much
)
