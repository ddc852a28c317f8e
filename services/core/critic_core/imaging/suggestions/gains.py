"""The gain of a change: how much higher the network scores changed copies of a photo."""

import numpy as np
from PIL import Image

from critic_core.contracts.insight import Gain
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.preprocess import to_input

_MARGIN = 0.04
_T_3 = 3.18
"""Student's t for 95 % and four copies."""


def measured_gain(before: Pixels, after: Pixels, preprocessing: Preprocessing, score: Scorer) -> Gain:
    """The score of copies of `before`, and the points by which the same copies of `after` score higher."""
    inputs = [to_input(copy, preprocessing) for photo in (before, after) for copy in copies(photo)]
    scores = score(inputs).reshape(2, -1)
    gains = scores[1] - scores[0]
    mean, margin = float(gains.mean()), _T_3 * float(gains.std(ddof=1)) / len(gains) ** 0.5
    interval = {"gain": mean, "gain_low": mean - margin, "gain_high": mean + margin}
    return Gain(
        percent=round(float(scores[0].mean()), 2), **{name: round(value, 2) for name, value in interval.items()}
    )


def copies(pixels: Pixels) -> list[Pixels]:
    """Four equally good copies: the photo, its mirror image, and without a narrow margin on two sides."""
    height, width = (max(1, round(side * (1 - _MARGIN))) for side in pixels.shape[:2])
    mirrored = np.asarray(Image.fromarray(pixels).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    return [pixels, mirrored, pixels[:height, :width], pixels[-height:, -width:]]
