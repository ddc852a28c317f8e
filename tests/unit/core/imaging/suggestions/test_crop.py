"""A crop is suggested where the network prefers a frame on all copies."""

from collections.abc import Sequence

import numpy as np

from critic_core.contracts.critique import EyeState, Face
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.suggestions.crop import crop_photo, crop_suggestion

PHOTO = np.full((400, 600, 3), 30, np.uint8)
PHOTO[:, 180:] = 220  # what pleases lies on the right


def likes_light(inputs: Sequence[np.ndarray]) -> np.ndarray:
    return np.array([image.mean() / 2.55 for image in inputs])


def test_the_frame_that_pleases_is_suggested() -> None:
    found = crop_suggestion(PHOTO, (), None, Preprocessing(), likes_light)
    assert found is not None
    assert found.left + found.width == 1
    assert found.gain_low > 0
    assert crop_photo(PHOTO, found).mean() > PHOTO.mean() + 20


def test_a_face_elsewhere_forbids_the_frame() -> None:
    face = Face(
        left=0, top=0.4, width=0.2, height=0.3, confidence=1, detail=1, eyes=EyeState.unknown, eyes_confidence=0
    )
    found = crop_suggestion(PHOTO, (face,), None, Preprocessing(), likes_light)
    assert found is None or found.left == 0


def test_a_small_gain_is_noise() -> None:
    assert crop_suggestion(PHOTO, (), None, Preprocessing(), lambda inputs: likes_light(inputs) / 50) is None
