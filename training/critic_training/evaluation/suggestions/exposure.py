"""Photos made darker and brighter by known stops, and well-rated photos that are dark and bright."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.properties.exposure import exposure
from critic_core.imaging.properties.view import View
from critic_core.imaging.suggestions.exposure import expose, exposure_suggestion
from critic_training.evaluation.suggestions.outcome import Outcome, row
from critic_training.evaluation.suggestions.photos import RatedPhotos, read, spread

STOPS = (-2.0, -1.0, 1.0, 2.0)


def rows(photos: RatedPhotos, count: int, preprocessing: Preprocessing, score: Scorer) -> Iterator[tuple[str, ...]]:
    """A row for each change, and one for well-rated dark and bright photos as they are."""
    usual = spread(photos.rest, count)
    for stops in STOPS:
        yield row(f"{stops:+.0f} stops", _outcomes(usual, stops, preprocessing, score))
    by_lightness = sorted(photos.well, key=lambda photo: exposure(View(read(photo))))
    yield row("well rated, the darkest", _outcomes(by_lightness[: count // 2], 0, preprocessing, score))
    yield row("well rated, the brightest", _outcomes(by_lightness[-(count // 2) :], 0, preprocessing, score))


def _outcomes(
    photos: Sequence[Path], stops: float, preprocessing: Preprocessing, score: Scorer
) -> list[Outcome | None]:
    changed = (expose(read(photo), stops) for photo in photos)
    return [_outcome(pixels, stops, preprocessing, score) for pixels in changed]


def _outcome(pixels: Pixels, stops: float, preprocessing: Preprocessing, score: Scorer) -> Outcome | None:
    found = exposure_suggestion(pixels, preprocessing, score)
    if found is None:
        return None
    return Outcome(bool(np.sign(found.stops) == -np.sign(stops)), abs(stops), abs(stops + found.stops))
