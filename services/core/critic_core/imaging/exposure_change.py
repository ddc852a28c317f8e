"""Exposure as a counterfactual: how many stops a photo is off, and what the network thinks of the corrected copy.

The estimate is linear in three figures of the tone, fitted on photos made darker and brighter by known stops
(`critic-train suggest`). The gain is the network's: a dark photo that is meant to be dark gains nothing.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.contracts.insight import Suggestion, SuggestionKind
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.properties.exposure import exposure
from critic_core.imaging.properties.view import View, linear_levels

LEAST_STOPS, MOST_STOPS = 0.4, 1.5
LEAST_GAIN = 6.0
"""Points. The least whole number at which 0.9 of well-rated dark photos of the even half get no suggestion."""
_OFFSET, _LIGHTNESS, _HIGHLIGHT, _WHITE = 0.216, -0.00511, -0.765, -2.085
_MARGIN = 0.04
_T_3 = 3.18
"""Student's t for 95 % and four copies."""


def exposure_suggestion(pixels: Pixels, preprocessing: Preprocessing, score: Scorer) -> Suggestion | None:
    """The change with its gain, measured on four copies; None when the gain is within the noise."""
    stops = stops_off(pixels)
    if abs(stops) < LEAST_STOPS:
        return None
    gains = _gains(pixels, expose(pixels, stops), preprocessing, score)
    gain, margin = float(gains.mean()), _T_3 * float(gains.std(ddof=1)) / len(gains) ** 0.5
    if gain < LEAST_GAIN or gain <= margin:
        return None
    return Suggestion(
        number=1,
        kind=SuggestionKind.exposure,
        sentence=f"{abs(stops):.1f} stops {'brighter' if stops > 0 else 'darker'} would please more.",
        gain=round(gain, 2),
        gain_low=round(gain - margin, 2),
        gain_high=round(gain + margin, 2),
        stops=stops,
    )


def stops_off(pixels: Pixels) -> float:
    """Stops to the exposure of usual photos, in tenths, at most MOST_STOPS; positive: brighter."""
    luminance = linear_levels()[pixels] @ np.array([0.2126, 0.7152, 0.0722])
    highlight = float(np.log2(np.quantile(luminance, 0.995) + 1 / 512))
    white = float((pixels.max(axis=2) >= 250).mean()) ** 0.5
    stops = _OFFSET + _LIGHTNESS * exposure(View(pixels)) + _HIGHLIGHT * highlight + _WHITE * white
    return round(float(np.clip(stops, -MOST_STOPS, MOST_STOPS)), 1)


def expose(pixels: Pixels, stops: float) -> Pixels:
    """The photo in `stops` more light, clipped as by a sensor; sRGB."""
    light = np.clip(linear_levels() * 2.0**stops, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray((255 * encoded).round().astype(np.uint8)[pixels])


def _gains(before: Pixels, after: Pixels, preprocessing: Preprocessing, score: Scorer) -> npt.NDArray[np.float64]:
    """Points by which each copy of `after` scores higher than the same copy of `before`, `[4]`."""
    inputs = [to_input(copy, preprocessing) for photo in (before, after) for copy in _copies(photo)]
    scores = score(inputs).reshape(2, -1)
    return np.asarray(scores[1] - scores[0])


def _copies(pixels: Pixels) -> list[Pixels]:
    """Equally good copies: the photo, its mirror image, and without a narrow margin on two sides."""
    height, width = (max(1, round(side * (1 - _MARGIN))) for side in pixels.shape[:2])
    mirrored = np.asarray(Image.fromarray(pixels).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    return [pixels, mirrored, pixels[:height, :width], pixels[-height:, -width:]]
