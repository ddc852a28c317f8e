"""Photos with a surplus whose original frame is known."""

import numpy as np
import pytest

from critic_core.contracts.insight import CropAspect
from critic_core.imaging.suggestions.frames import Frame
from critic_training.evaluation.suggestions.crop import WHOLE, extend, overlap

PHOTO = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.mark.parametrize("corner", range(4))
def test_the_original_lies_in_its_frame(corner: int) -> None:
    extended, frame = extend(PHOTO, corner, 0.5)
    assert extended.shape == (60, 90, 3)
    assert np.array_equal(frame.cut(extended), PHOTO)
    assert overlap(WHOLE, frame) == pytest.approx(40 * 60 / (60 * 90))


def test_frames_apart_overlap_by_nothing_and_a_frame_with_itself_by_all() -> None:
    left, right = (Frame(CropAspect.original, start, 0.2, 0.4, 0.4) for start in (0, 0.6))
    assert overlap(left, right) == 0
    assert overlap(left, left) == pytest.approx(1)
