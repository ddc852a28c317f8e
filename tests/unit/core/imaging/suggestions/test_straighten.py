"""A tilted photo is suggested level where its edges agree, unless the network prefers the tilt."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.support.photos import cat

from critic_core.contracts.critique import Horizon
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.horizon import horizon
from critic_core.imaging.properties import View
from critic_core.imaging.suggestions.straighten import LEAST_CONFIDENCE, straighten_suggestion, turn

PHOTO = np.asarray(cat((300, 200)).convert("RGB"))
WALL = np.full((240, 320, 3), 200, np.uint8)
WALL[::24] = WALL[1::24] = WALL[:, ::32] = WALL[:, 1::32] = 60


def likes_level(inputs: Sequence[np.ndarray]) -> np.ndarray:
    found = [horizon(View(image)) for image in inputs]
    return np.array([50 - abs(tilt.degrees) if tilt else 0 for tilt in found], float)


def dislikes_level(inputs: Sequence[np.ndarray]) -> np.ndarray:
    return -likes_level(inputs)


@pytest.mark.parametrize(("tilt", "direction"), [(4.0, "counter-clockwise"), (-4.0, "clockwise")])
def test_a_tilted_photo_is_turned_back(tilt: float, direction: str) -> None:
    tilted = turn(WALL, tilt)
    found = straighten_suggestion(tilted, horizon(View(tilted)), Preprocessing(), likes_level)
    assert found is not None
    assert abs(found.degrees + tilt) <= 0.5
    assert found.sentence == f"Level by {abs(found.degrees):.1f}° {direction}."
    assert found.gain_low <= found.gain <= found.gain_high
    level = horizon(View(turn(tilted, found.degrees)))
    assert level is not None
    assert abs(level.degrees) <= 0.5


def test_a_tilt_that_the_network_prefers_is_left_alone() -> None:
    tilted = turn(WALL, 4)
    assert straighten_suggestion(tilted, horizon(View(tilted)), Preprocessing(), dislikes_level) is None


@pytest.mark.parametrize(
    "tilt",
    [
        None,
        Horizon(degrees=1, confidence=1),
        Horizon(degrees=-12, confidence=1),
        Horizon(degrees=6, confidence=LEAST_CONFIDENCE - 0.01),
    ],
    ids=["no edges", "small", "large", "doubtful"],
)
def test_a_tilt_that_is_no_slip_or_doubtful_costs_no_pass_of_the_network(tilt: Horizon | None) -> None:
    assert straighten_suggestion(PHOTO, tilt, Preprocessing(), lambda _: pytest.fail("a pass")) is None


@pytest.mark.parametrize("degrees", [-15.0, -3.0, 2.0, 15.0])
@pytest.mark.parametrize("size", [(120, 80), (80, 120), (300, 40), (1, 1), (1, 9)])
def test_a_turn_leaves_no_empty_corner_and_the_proportions(size: tuple[int, int], degrees: float) -> None:
    white = np.full((*size[::-1], 3), 255, np.uint8)
    turned = turn(white, degrees)
    assert turned.min() >= 250
    assert turned.size
    if min(size) > 20:
        assert turned.shape[1] / turned.shape[0] == pytest.approx(size[0] / size[1], rel=0.15)
