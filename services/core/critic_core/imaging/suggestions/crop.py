"""Cropping: the frame that the network prefers, of a grid of frames with faces and subject whole.

All frames are scored; the best is measured again on changed copies, as the best of many scores is partly luck.
"""

import math
from collections.abc import Sequence

import numpy as np

from critic_core.contracts.critique import Face, Focus
from critic_core.contracts.insight import CropSuggestion
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.focus.measure import decode_subject
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.suggestions.frames import Frame, frames
from critic_core.imaging.suggestions.gains import measured_gain

LEAST_GAIN = 0.6
"""In log-odds: points mean more near 0 and 100. Chosen on even rows (docs/measurements.md)."""


def crop_suggestion(
    pixels: Pixels, faces: Sequence[Face], focus: Focus | None, preprocessing: Preprocessing, score: Scorer
) -> CropSuggestion | None:
    """The best frame with its gain; None when the gain is within the noise, or no frame holds faces and subject."""
    height, width = pixels.shape[:2]
    candidates = frames(width, height, faces, decode_subject(focus) if focus else None)
    if not candidates:
        return None
    frame = _best(pixels, candidates, preprocessing, score)
    gain = measured_gain(pixels, frame.cut(pixels), preprocessing, score)
    if gain.gain_low <= 0 or _log_odds(gain.percent + gain.gain) - _log_odds(gain.percent) < LEAST_GAIN:
        return None
    sentence = f"A crop to {frame.width * frame.height:.0%} of the photo would please more."
    return CropSuggestion(sentence=sentence, aspect=frame.aspect, **frame.shares(), **gain.model_dump())


def crop_photo(pixels: Pixels, crop: CropSuggestion) -> Pixels:
    """The photo within the frame of a suggestion."""
    return Frame(crop.aspect, crop.left, crop.top, crop.width, crop.height).cut(pixels)


def _best(pixels: Pixels, candidates: Sequence[Frame], preprocessing: Preprocessing, score: Scorer) -> Frame:
    scores = score([to_input(frame.cut(pixels), preprocessing) for frame in candidates])
    return candidates[int(np.argmax(scores))]


def _log_odds(percent: float) -> float:
    """Half a point from 0 and 100, at least."""
    return math.log((percent + 0.5) / (100.5 - percent))
