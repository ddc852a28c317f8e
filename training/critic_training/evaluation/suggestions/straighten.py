"""Photos turned by known degrees. That the originals are level is assumed: people rated them, nobody levelled them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.horizon import horizon
from critic_core.imaging.properties import View
from critic_core.imaging.suggestions.straighten import straighten_suggestion, turn
from critic_training.evaluation.suggestions.outcome import Outcome, row
from critic_training.evaluation.suggestions.photos import RatedPhotos, read, spread

TILTS = (-6.0, -3.0, 3.0, 6.0)


def rows(photos: RatedPhotos, count: int, preprocessing: Preprocessing, score: Scorer) -> Iterator[tuple[str, ...]]:
    """A row for each tilt, and one for well-rated photos as they are."""
    usual = spread(photos.well + photos.rest, count)
    for tilt in TILTS:
        yield row(f"turned by {tilt:+.0f}°", _outcomes(usual, tilt, preprocessing, score))
    yield row("well rated, as they are", _outcomes(spread(photos.well, count), 0, preprocessing, score))


def _outcomes(photos: Sequence[Path], tilt: float, preprocessing: Preprocessing, score: Scorer) -> list[Outcome | None]:
    turned = (turn(read(photo), tilt) for photo in photos)
    return [_outcome(pixels, tilt, preprocessing, score) for pixels in turned]


def _outcome(pixels: Pixels, tilt: float, preprocessing: Preprocessing, score: Scorer) -> Outcome | None:
    found = straighten_suggestion(pixels, horizon(View(pixels)), preprocessing, score)
    if found is None:
        return None
    return Outcome(bool(np.sign(found.degrees) == -np.sign(tilt)), abs(tilt), abs(tilt + found.degrees))
