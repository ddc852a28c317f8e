"""Views of thumbnails: as scipy's affine transform makes them."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from critic_worker.albums.thumbnails.thumbnail_views import view_matrix, views

TURNS = [(0, 1.0), (12, 0.8), (-4, 1.25), (90, 1.0)]


@pytest.mark.parametrize("number", range(len(TURNS)))
def test_a_view_is_turned_and_zoomed_about_the_centre(number: int) -> None:
    thumbnail = np.random.default_rng(1).uniform(0, 255, (32, 32)).astype(np.float32)
    degrees, zoom = TURNS[number]
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    turn = np.array([[cosine, -sine], [sine, cosine]]) / zoom
    expected = affine_transform(thumbnail, turn, 15.5 - turn @ (15.5, 15.5), order=1, mode="nearest")
    made = views(view_matrix(TURNS), thumbnail)
    assert made.shape == (4, 32, 32)
    assert made[number] == pytest.approx(expected, abs=0.01)


def test_no_turn_changes_nothing() -> None:
    thumbnail = np.random.default_rng(2).uniform(0, 255, (32, 32)).astype(np.float32)
    assert np.array_equal(views(view_matrix([(0, 1.0)]), thumbnail)[0], thumbnail)
