"""Straightening: the tilt by the photo's straight edges, undone unless the network prefers the tilt.

The gain alone finds no tilt: networks of aesthetics hardly see one (docs/measurements.md). It keeps from a turn those
photos that the turn makes worse: diagonals that are meant, subjects cut at the frame.
"""

import math

import numpy as np
from PIL import Image

from critic_core.contracts.critique import Horizon
from critic_core.contracts.insight import StraightenSuggestion
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.suggestions.gains import measured_gain

LEAST_DEGREES, MOST_DEGREES = 1.5, 8.0
"""More is rarely a slip, and costs a fifth of the frame and more."""
LEAST_CONFIDENCE = 0.25
"""Chosen on even rows (docs/measurements.md)."""


def straighten_suggestion(
    pixels: Pixels, horizon: Horizon | None, preprocessing: Preprocessing, score: Scorer
) -> StraightenSuggestion | None:
    """The turn that levels the photo; None for small, large or doubtful tilts, or where the network prefers it."""
    if horizon is None or horizon.confidence < LEAST_CONFIDENCE:
        return None
    if not LEAST_DEGREES <= abs(horizon.degrees) <= MOST_DEGREES:
        return None
    degrees = -horizon.degrees
    gain = measured_gain(pixels, turn(pixels, degrees), preprocessing, score)
    if gain.gain <= 0:
        return None
    sentence = f"Level by {abs(degrees):.1f}° {'clockwise' if degrees > 0 else 'counter-clockwise'}."
    share = round(_inner_share(pixels.shape[1], pixels.shape[0], degrees), 4)
    return StraightenSuggestion(sentence=sentence, degrees=degrees, share=share, **gain.model_dump())


def turn(pixels: Pixels, degrees: float) -> Pixels:
    """Turned clockwise about the middle; the largest frame of the same proportions without empty corners."""
    image = Image.fromarray(pixels)
    turned = image.rotate(-degrees, Image.Resampling.BICUBIC)
    inner = _inner_share(image.width, image.height, degrees)
    left, top = (math.ceil(side * (1 - inner) / 2) for side in image.size)
    left, top = min(left, (image.width - 1) // 2), min(top, (image.height - 1) // 2)
    return np.asarray(turned.crop((left, top, image.width - left, image.height - top)))


def _inner_share(width: float, height: float, degrees: float) -> float:
    """The share of each side that the frame without empty corners has left after a turn, at most 1."""
    radians = math.radians(abs(degrees))
    return 1 / (math.cos(radians) + max(width / height, height / width) * math.sin(radians))
