"""Detail is measured where the photo is sharp, and the subject is found where focus hardly changes it."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from tests.support.photos import cat

from critic_core.contracts.critique import AfArea, EyeState, Face, SubjectSource
from critic_core.imaging.focus.detail import TILES, detail_tiles
from critic_core.imaging.focus.measure import decode_detail, decode_subject, measure_focus
from critic_core.imaging.focus.subject import prominent, subject_tiles

CAT = np.asarray(cat())


def face(left: float, top: float, size: float) -> Face:
    return Face(
        left=left, top=top, width=size, height=size, confidence=1, detail=1, eyes=EyeState.open, eyes_confidence=1
    )


def half_sharp() -> np.ndarray:
    soft = np.asarray(cat().filter(ImageFilter.GaussianBlur(4))).copy()
    soft[:, : soft.shape[1] // 2] = CAT[:, : soft.shape[1] // 2]
    return soft


def test_detail_lies_in_the_sharp_half() -> None:
    tiles, whole = detail_tiles(half_sharp()), detail_tiles(CAT)
    assert tiles.shape == (TILES, TILES)
    assert np.median(tiles[:, :7] / np.maximum(whole[:, :7], 0.1)) > 0.9
    assert tiles[:, 9:].mean() < 0.3 * whole[:, 9:].mean()


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 60, 3), (60, 2, 3), (9, 9, 3), (17, 33, 3)])
def test_tiny_photos_have_tiles(shape: tuple[int, int, int]) -> None:
    focus = measure_focus(np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8), [])
    assert np.isfinite(decode_detail(focus)).all()
    assert decode_subject(focus).max() == 255


def test_a_face_beyond_the_frame_has_no_tiles() -> None:
    focus = measure_focus(CAT, [face(1.2, 0.0, 0.2)])
    assert decode_subject(focus).max() == 0
    assert focus.subject_detail == 0


def test_tiles_survive_their_encoding() -> None:
    focus = measure_focus(CAT, [])
    np.testing.assert_allclose(decode_detail(focus), np.maximum(detail_tiles(CAT), 2.0**-6), rtol=0.03)


def test_the_subject_stays_where_it_is_when_the_photo_is_blurred() -> None:
    sharp, _ = subject_tiles(CAT, [])
    soft, _ = subject_tiles(np.asarray(cat().filter(ImageFilter.GaussianBlur(3))), [])
    assert np.corrcoef(sharp.ravel(), soft.ravel())[0, 1] > 0.95


def test_faces_are_the_subject_and_small_ones_are_not_meant() -> None:
    large, small = face(0.0, 0.0, 0.25), face(0.8, 0.8, 0.1)
    tiles, source = subject_tiles(CAT, [large, small])
    assert source is SubjectSource.faces
    assert prominent([large, small]) == [large]
    assert tiles[:4, :4].sum() == pytest.approx(1)


def test_a_salient_spot_beside_the_centre_outweighs_the_opposite_side() -> None:
    image = Image.new("RGB", (320, 320), (90, 110, 90))
    image.paste((220, 40, 30), (200, 140, 250, 190))
    tiles, source = subject_tiles(np.asarray(image), [])
    assert source is SubjectSource.saliency
    assert tiles[7:10, 10:13].sum() > 3 * tiles[7:10, 3:6].sum()


def test_the_camera_s_area_is_the_subject_unless_there_are_faces() -> None:
    corner = AfArea(left=0.9, top=0.1, width=0, height=0)
    tiles, source = subject_tiles(CAT, [], corner)
    assert source is SubjectSource.af_area
    assert np.unravel_index(tiles.argmax(), tiles.shape) in {(1, 14), (1, 13), (1, 15)}
    assert tiles.sum() == pytest.approx(1)
    assert subject_tiles(CAT, [face(0.2, 0.2, 0.3)], corner)[1] is SubjectSource.faces
