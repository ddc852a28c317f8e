"""Exposure is suggested where both the tone and the network ask for it."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.support.photos import cat

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.suggestions.exposure import MOST_STOPS, expose, exposure_suggestion, stops_off

PHOTO = np.asarray(cat((300, 200)).convert("RGB"))


def likes_brightness(inputs: Sequence[np.ndarray]) -> np.ndarray:
    return np.array([float(image.mean()) / 2 for image in inputs])


def dislikes_brightness(inputs: Sequence[np.ndarray]) -> np.ndarray:
    return -likes_brightness(inputs)


@pytest.mark.parametrize("stops", [-1.5, -1.0, 1.0])
def test_a_photo_off_by_known_stops_is_brought_back(stops: float) -> None:
    before, after = stops_off(PHOTO), stops_off(expose(PHOTO, stops))
    assert np.sign(after - before) == -np.sign(stops)
    assert abs(after) <= MOST_STOPS


def test_a_change_is_undone_by_its_opposite_but_for_clipping() -> None:
    again = expose(expose(PHOTO, -1), 1)
    assert np.abs(again.astype(int) - PHOTO).max() <= 8
    assert expose(PHOTO, 4).max() == 255


def test_a_dark_photo_is_suggested_brighter_if_the_network_prefers_it() -> None:
    dark = expose(PHOTO, -2)
    found = exposure_suggestion(dark, Preprocessing(), likes_brightness)
    assert found is not None
    assert found.stops > 1
    assert found.gain_low <= found.gain <= found.gain_high
    assert "brighter" in found.sentence
    assert exposure_suggestion(dark, Preprocessing(), dislikes_brightness) is None


@pytest.mark.parametrize(("percent", "suggested"), [(5, True), (50, True), (95, False)])
def test_a_dark_photo_that_pleases_is_left_alone(percent: float, suggested: bool) -> None:
    def pleased(inputs: Sequence[np.ndarray]) -> np.ndarray:
        return np.array([percent + image.mean() / 1000 for image in inputs])

    found = exposure_suggestion(expose(PHOTO, -2), Preprocessing(), pleased)
    assert bool(found) is suggested


@pytest.mark.parametrize(("noise", "suggested"), [(0.1, True), (300, False)])
def test_a_gain_within_the_noise_is_no_suggestion(noise: float, suggested: bool) -> None:
    """Copies differ: some of them gain, some lose."""

    def unsure(inputs: Sequence[np.ndarray]) -> np.ndarray:
        signs = np.where(np.arange(len(inputs)) % 2, noise, -noise / 2) * (np.arange(len(inputs)) >= len(inputs) // 2)
        return likes_brightness(inputs) + signs

    found = exposure_suggestion(expose(PHOTO, -2), Preprocessing(), unsure)
    assert bool(found) is suggested
    assert found is None or found.gain_low > 0
