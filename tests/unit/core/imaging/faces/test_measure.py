"""Boxes come back in shares of the photo, eyes are judged by their lids, and what has no mesh is no face."""

from collections.abc import Sequence

import numpy as np
import pytest

from critic_core.contracts.critique import EyeState
from critic_core.imaging.faces.measure import find_faces
from critic_core.imaging.faces.networks import FaceNetworks, Floats

PHOTO = np.random.default_rng(1).integers(0, 256, (480, 960, 3), dtype=np.uint8)
SIDE, STRIDE, CLOSE_UP = 192, 4, 24
CORNERS = (33, 133, 362, 263)


def detector(faces: Sequence[tuple[int, int, float, float]]):  # type: ignore[no-untyped-def]
    """A detector that finds squares: row and column of the anchor, side in pixels of its input, and logit."""

    def run(batch: Floats) -> tuple[Floats, Floats]:
        _, height, width, _ = batch.shape
        assert (height % 32, width % 32) == (0, 0)
        rows, columns = height // STRIDE, width // STRIDE
        boxes, scores = np.zeros((1, rows * columns, 16), np.float32), np.full((1, rows * columns), -9, np.float32)
        for row, column, side, logit in faces if min(rows, columns) > CLOSE_UP else ():
            anchor = row * columns + column
            boxes[0, anchor, 2:4] = side
            boxes[0, anchor, 4:8] = (-side / 4, 0, side / 4, 0)  # eyes, level
            scores[0, anchor] = logit
        return boxes, scores

    return run


def mesh(presence: float):  # type: ignore[no-untyped-def]
    def run(batch: Floats) -> tuple[Floats, Floats]:
        landmarks = np.full((len(batch), 468, 3), SIDE / 2, np.float32)
        landmarks[:, CORNERS, 0] = (40, 80, 112, 152)
        return landmarks, np.full(len(batch), presence, np.float32)

    return run


def eye(height: float):  # type: ignore[no-untyped-def]
    """Lids so many widths of the eye apart."""

    def run(batch: Floats) -> tuple[Floats, Floats]:
        contours = np.zeros((len(batch), 71, 3), np.float32)
        contours[:, 0, 0], contours[:, 8, 0] = 20, 44
        contours[:, 9:16, 1] = -24 * height
        return contours, np.zeros((len(batch), 5, 3), np.float32)

    return run


def networks(faces: Sequence[tuple[int, int, float, float]], presence: float = 5, height: float = 0.25) -> FaceNetworks:
    return FaceNetworks(detector(faces), mesh(presence), eye(height))


def test_a_box_has_shares_of_the_upright_photo() -> None:
    (face,) = find_faces(PHOTO, networks([(24, 12, 20, 4)]))
    assert (face.left + face.width / 2, face.top + face.height / 2) == pytest.approx((50 / 192, 50 / 96), abs=0.01)
    assert (face.width, face.height) == pytest.approx((20 / 192, 20 / 96), abs=0.01)


@pytest.mark.parametrize(
    ("height", "state"), [(0.05, EyeState.closed), (0.155, EyeState.unknown), (0.28, EyeState.open)]
)
def test_eyes_are_open_closed_or_neither_clearly(height: float, state: EyeState) -> None:
    (face,) = find_faces(PHOTO, networks([(24, 24, 30, 4)], height=height))
    assert face.eyes is state
    assert (face.eyes_confidence > 0.9) == (state is not EyeState.unknown)


def test_eyes_of_few_pixels_are_unknown() -> None:
    (face,) = find_faces(PHOTO[::8, ::8], networks([(24, 24, 14, 4)], height=0.05))
    assert face.eyes is EyeState.unknown


def test_what_the_mesh_denies_is_no_face() -> None:
    assert find_faces(PHOTO, networks([(24, 24, 30, 4)], presence=-5)) == ()


def test_overlapping_boxes_are_one_face_and_the_largest_face_comes_first() -> None:
    faces = find_faces(PHOTO, networks([(20, 10, 16, 3), (20, 11, 16, 4), (26, 34, 40, 2)]))
    assert [round(face.width * 192) for face in faces] == [40, 16]


def test_a_photo_without_faces() -> None:
    assert find_faces(PHOTO, networks([])) == ()
