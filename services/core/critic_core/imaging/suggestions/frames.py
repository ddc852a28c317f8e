"""Frames that a crop may choose from: by aspect, size and position, with faces and subject whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.critique import Face
from critic_core.contracts.insight import CropAspect
from critic_core.imaging.decode import Pixels
from critic_core.imaging.focus.subject import prominent

SIZES = (1.0, 0.85, 0.7)
"""Shares of the largest frame of an aspect. Below, most crops cut away what the photo is about."""
POSITIONS = (0.0, 0.5, 1.0)
LEAST_AREA = 0.4
LEAST_SUBJECT = 0.8
"""Share of the subject's weight within."""
_SAME_ASPECT = 0.03
_FACE_MARGIN = 0.15  # of a face's sides
_ROUNDING = 1e-6

_RATIOS = {CropAspect.square: 1.0, CropAspect.four_five: 5 / 4, CropAspect.three_two: 3 / 2, CropAspect.wide: 16 / 9}
"""Long side ÷ short side."""


@dataclass(frozen=True)
class Frame:
    """A rectangle, in shares of the photo's width and height."""

    aspect: CropAspect
    left: float
    top: float
    width: float
    height: float

    def shares(self) -> dict[str, float]:
        """`left`, `top`, `width` and `height`, rounded for people."""
        return {name: round(getattr(self, name), 4) for name in ("left", "top", "width", "height")}

    def holds(self, left: float, top: float, right: float, bottom: float) -> bool:
        """True for a box that lies within, as far as the box lies in the photo."""
        horizontal = _covers(self.left, self.width, left, right)
        return horizontal and _covers(self.top, self.height, top, bottom)

    def cut(self, pixels: Pixels) -> Pixels:
        """The pixels within, at least one."""
        height, width = pixels.shape[:2]
        top, left = round(self.top * height), round(self.left * width)
        bottom, right = round((self.top + self.height) * height), round((self.left + self.width) * width)
        return pixels[top : max(top + 1, bottom), left : max(left + 1, right)]


def _covers(start: float, length: float, first: float, last: float) -> bool:
    return start - _ROUNDING <= max(0.0, first) and min(1.0, last) <= start + length + _ROUNDING


def frames(width: int, height: int, faces: Sequence[Face], subject: npt.NDArray[np.float32] | None) -> list[Frame]:
    """Frames of a photo of `width × height` with prominent faces whole and the `subject`, tiles `[n, n]`, within."""
    return [frame for frame in _grid(width / height) if _faces_whole(frame, faces) and _holds_subject(frame, subject)]


def _grid(proportion: float) -> Iterator[Frame]:
    for aspect, wide in _shapes(proportion):
        for size in SIZES:
            width, height = size * min(1.0, wide), size * min(1.0, 1 / wide)
            if LEAST_AREA <= width * height < 0.99:
                yield from _positions(aspect, width, height)


def _shapes(proportion: float) -> Iterator[tuple[CropAspect, float]]:
    """Each aspect, lying as the photo lies, with its proportion by that of the photo; none twice."""
    yield CropAspect.original, 1.0
    for aspect, ratio in _RATIOS.items():
        wide = (ratio if proportion >= 1 else 1 / ratio) / proportion
        if abs(wide - 1) > _SAME_ASPECT:
            yield aspect, wide


def _positions(aspect: CropAspect, width: float, height: float) -> Iterator[Frame]:
    lefts = sorted({position * (1 - width) for position in POSITIONS})
    tops = sorted({position * (1 - height) for position in POSITIONS})
    for top in tops:
        for left in lefts:
            yield Frame(aspect, left, top, width, height)


def _faces_whole(frame: Frame, faces: Sequence[Face]) -> bool:
    return all(
        frame.holds(
            face.left - _FACE_MARGIN * face.width,
            face.top - _FACE_MARGIN * face.height,
            face.left + (1 + _FACE_MARGIN) * face.width,
            face.top + (1 + _FACE_MARGIN) * face.height,
        )
        for face in prominent(faces)
    )


def _holds_subject(frame: Frame, subject: npt.NDArray[np.float32] | None) -> bool:
    if subject is None:
        return True
    within = np.outer(
        _inside(subject.shape[0], frame.top, frame.height), _inside(subject.shape[1], frame.left, frame.width)
    )
    return float((subject * within).sum()) >= LEAST_SUBJECT * float(subject.sum())


def _inside(tiles: int, start: float, length: float) -> npt.NDArray[np.float64]:
    """Share of each of the tiles along a side that lies within."""
    edges = np.arange(tiles) / tiles
    overlap = np.minimum(edges + 1 / tiles, start + length) - np.maximum(edges, start)
    return np.asarray(np.clip(overlap * tiles, 0, 1))
