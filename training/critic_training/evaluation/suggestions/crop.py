"""Photos with too much at two sides: the frame of the original is known.

Beyond the original lies its own mirror image: nobody has a picture of more of the place. Faces are not searched.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from critic_core.contracts.insight import CropAspect
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.suggestions.crop import crop_suggestion
from critic_core.imaging.suggestions.frames import Frame
from critic_training.evaluation.suggestions.outcome import Outcome, row
from critic_training.evaluation.suggestions.photos import RatedPhotos, read, spread

SURPLUS = 0.35
"""Of each side."""
WHOLE = Frame(CropAspect.original, 0, 0, 1, 1)


def rows(photos: RatedPhotos, count: int, preprocessing: Preprocessing, score: Scorer) -> Iterator[tuple[str, ...]]:
    """Well-rated photos with a surplus, as people like their frames, and as they are. Distances are 1 − IoU."""
    well = spread(photos.well, count)
    yield row(f"{SURPLUS:.0%} more on two sides", _outcomes(well, SURPLUS, preprocessing, score))
    yield row("well rated, as they are", _outcomes(well, 0, preprocessing, score))


def _outcomes(
    photos: Sequence[Path], surplus: float, preprocessing: Preprocessing, score: Scorer
) -> list[Outcome | None]:
    """The surplus lies in another corner with each photo."""
    extended = (extend(read(photo), number % 4, surplus) for number, photo in enumerate(photos))
    return [_outcome(pixels, frame, preprocessing, score) for pixels, frame in extended]


def extend(pixels: Pixels, corner: int, surplus: float) -> tuple[Pixels, Frame]:
    """The photo with a surplus of mirrored content around a corner, 0 to 3, and the frame of the original within."""
    rows, columns = (round(surplus * side) for side in pixels.shape[:2])
    above, before = rows * (corner // 2), columns * (corner % 2)
    extended = np.pad(pixels, ((above, rows - above), (before, columns - before), (0, 0)), mode="symmetric")
    height, width = extended.shape[:2]
    frame = Frame(
        CropAspect.original, before / width, above / height, pixels.shape[1] / width, pixels.shape[0] / height
    )
    return extended, frame


def _outcome(pixels: Pixels, original: Frame, preprocessing: Preprocessing, score: Scorer) -> Outcome | None:
    found = crop_suggestion(pixels, (), measure_focus(pixels, ()), preprocessing, score)
    if found is None:
        return None
    frame = Frame(found.aspect, found.left, found.top, found.width, found.height)
    before, after = 1 - overlap(WHOLE, original), 1 - overlap(frame, original)
    return Outcome(after < before, before, after)


def overlap(first: Frame, second: Frame) -> float:
    """Intersection over union, 0 to 1."""
    width = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    height = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    common = max(0.0, width) * max(0.0, height)
    return common / (first.width * first.height + second.width * second.height - common)
