"""The gain of a change: how much higher the network scores changed copies of a photo."""

import numpy as np

from critic_core.contracts.insight import Gain
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.preprocess import to_input

_MARGIN = 0.04
_T_7 = 2.365
"""Student's t for 95 % and eight copies."""


def measured_gain(before: Pixels, after: Pixels, preprocessing: Preprocessing, score: Scorer) -> Gain:
    """The score of copies of `before`, and the points by which the same copies of `after` score higher."""
    inputs = [to_input(copy, preprocessing) for photo in (before, after) for copy in copies(photo)]
    scores = score(inputs).reshape(2, -1)
    gains = scores[1] - scores[0]
    mean, margin = float(gains.mean()), _T_7 * float(gains.std(ddof=1)) / len(gains) ** 0.5
    interval = {"gain": mean, "gain_low": mean - margin, "gain_high": mean + margin}
    return Gain(
        percent=round(float(scores[0].mean()), 2), **{name: round(value, 2) for name, value in interval.items()}
    )


def copies(pixels: Pixels) -> list[Pixels]:
    """Eight equally good copies: without a narrow margin on two sides, and their mirror images."""
    height, width = (max(1, round(side * (1 - _MARGIN))) for side in pixels.shape[:2])
    corners = [
        rows[:, columns]
        for rows in (pixels[:height], pixels[-height:])
        for columns in (slice(width), slice(-width, None))
    ]
    return [copy for corner in corners for copy in (corner, np.ascontiguousarray(corner[:, ::-1]))]
