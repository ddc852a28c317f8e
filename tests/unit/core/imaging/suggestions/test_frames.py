"""Frames lie in the photo, have the proportions of their aspect, and keep faces and subject."""

import numpy as np
import pytest

from critic_core.contracts.critique import EyeState, Face
from critic_core.contracts.insight import CropAspect
from critic_core.imaging.suggestions.frames import LEAST_AREA, Frame, frames

LONG_TO_SHORT = {
    CropAspect.square: 1,
    CropAspect.four_five: 5 / 4,
    CropAspect.three_two: 3 / 2,
    CropAspect.wide: 16 / 9,
}


def face(left: float, top: float, side: float = 0.2) -> Face:
    return Face(
        left=left,
        top=top,
        width=side,
        height=side,
        confidence=1,
        detail=1,
        eyes=EyeState.unknown,
        eyes_confidence=0,
    )


@pytest.mark.parametrize("size", [(600, 400), (400, 600), (500, 500), (640, 360), (480, 384), (3000, 100)])
def test_frames_have_their_aspect_and_lie_in_the_photo(size: tuple[int, int]) -> None:
    for frame in frames(*size, (), None):
        width, height = frame.width * size[0], frame.height * size[1]
        ratio = LONG_TO_SHORT.get(frame.aspect, max(size) / min(size))
        assert max(width, height) / min(width, height) == pytest.approx(ratio)
        assert (width >= height) == (size[0] >= size[1]) or frame.aspect is CropAspect.square
        assert min(frame.left, frame.top) >= 0
        assert max(frame.left + frame.width, frame.top + frame.height) <= 1 + 1e-9
        assert LEAST_AREA <= frame.width * frame.height < 1


def test_all_aspects_are_offered_but_that_of_the_photo_once() -> None:
    aspects = {frame.aspect for frame in frames(600, 400, (), None)}
    assert aspects == set(CropAspect) - {CropAspect.three_two}


def test_prominent_faces_stay_whole() -> None:
    left, right, small = face(0.05, 0.3), face(0.75, 0.3), face(0.5, 0.0, 0.05)
    found = frames(600, 400, (left, right, small), None)
    assert found
    assert all(frame.left <= 0.05 and frame.left + frame.width >= 0.95 for frame in found)
    assert any(frame.top > 0.05 for frame in found)


def test_the_subject_stays_within() -> None:
    subject = np.zeros((16, 16), np.float32)
    subject[:4, :4] = 1
    found = frames(600, 400, (), subject)
    assert found
    assert all(frame.left < 0.03 and frame.top < 0.03 for frame in found)


def test_a_face_that_fills_the_photo_leaves_no_frame() -> None:
    assert frames(600, 400, (face(0, 0, 1),), None) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (300, 200)])
def test_a_cut_has_at_least_a_pixel(size: tuple[int, int]) -> None:
    pixels = np.zeros((*size[::-1], 3), np.uint8)
    assert Frame(CropAspect.original, 0.3, 0.3, 0.7, 0.7).cut(pixels).size
