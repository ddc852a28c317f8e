"""Exposure as a counterfactual: how many stops a photo is off, and what the network thinks of the corrected copy.

The estimate is linear in three figures of the tone, fitted on photos made darker and brighter by known stops
(`critic-train suggest`). The better a photo pleases as it is, the farther off its tone must be: many photos that please
are meant to be dark or bright.
"""

import numpy as np

from critic_core.contracts.insight import ExposureSuggestion
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.code_points import encode_srgb
from critic_core.imaging.decode import Pixels
from critic_core.imaging.properties.exposure import exposure
from critic_core.imaging.properties.view import View, linear_levels
from critic_core.imaging.suggestions.gains import measured_gain

LEAST_STOPS, MOST_STOPS = 0.4, 1.5
LEAST_STOPS_AT_0, LEAST_STOPS_AT_100 = 0.2, 1.8
"""Least stops of photos with 0 and 100 percent: the line that parts changed photos from well-rated photos of the even
half (logistic regression on stops, percent and gain)."""
_OFFSET, _LIGHTNESS, _HIGHLIGHT, _WHITE = 0.216, -0.00511, -0.765, -2.085


def exposure_suggestion(pixels: Pixels, preprocessing: Preprocessing, score: Scorer) -> ExposureSuggestion | None:
    """The change with its gain; None where the photo pleases, or the gain is within the noise."""
    stops = stops_off(pixels)
    if abs(stops) < LEAST_STOPS:
        return None
    gain = measured_gain(pixels, expose(pixels, stops), preprocessing, score)
    if abs(stops) < _least_stops(gain.percent) or gain.gain_low <= 0:
        return None
    sentence = f"{abs(stops):.1f} stops {'brighter' if stops > 0 else 'darker'} would please more."
    return ExposureSuggestion(sentence=sentence, stops=stops, **gain.model_dump())


def _least_stops(percent: float) -> float:
    return LEAST_STOPS_AT_0 + (LEAST_STOPS_AT_100 - LEAST_STOPS_AT_0) * percent / 100


def stops_off(pixels: Pixels) -> float:
    """Stops to the exposure of usual photos, in tenths, at most MOST_STOPS; positive: brighter."""
    luminance = linear_levels()[pixels] @ np.array([0.2126, 0.7152, 0.0722])
    highlight = float(np.log2(np.quantile(luminance, 0.995) + 1 / 512))
    white = float((pixels.max(axis=2) >= 250).mean()) ** 0.5
    stops = _OFFSET + _LIGHTNESS * exposure(View(pixels)) + _HIGHLIGHT * highlight + _WHITE * white
    return round(float(np.clip(stops, -MOST_STOPS, MOST_STOPS)), 1)


def expose(pixels: Pixels, stops: float) -> Pixels:
    """The photo in `stops` more light, clipped as by a sensor; sRGB."""
    return encode_srgb(linear_levels() * 2.0**stops)[pixels]
