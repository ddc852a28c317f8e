"""The score on changed copies, with scorers of known behaviour."""

from pathlib import Path

import numpy as np
import pytest

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.evaluation.sanity import INVARIANT_CHANGES, TURNS, drops, mean_lower, shifts

DATA = Path(__file__).parents[4] / "tests" / "data"
PHOTOS = (DATA / "rocket.jpg", DATA / "cat.png")


def brightness(images: Inputs) -> Floats:
    score: Floats = images.mean((1, 2, 3)).astype(np.float32)
    return score


def leftness(images: Inputs) -> Floats:
    """Tells left from right and top from bottom, so that a wrong turn shows."""
    weights = np.linspace(0, 1, images.shape[2])[None, :] + 2 * np.linspace(0, 1, images.shape[1])[:, None]
    score: Floats = (images.mean(3) * weights).mean((1, 2)).astype(np.float32)
    return score


def test_a_scorer_of_brightness_likes_dark_copies_less_and_bright_ones_more() -> None:
    found = {(drop.name, drop.strength): drop for drop in drops(PHOTOS, brightness, Preprocessing())}
    assert len(found) == len(DEGRADATIONS) * len(STRENGTHS)
    assert found["too dark", "moderate"].lower == 1
    assert found["too dark", "moderate"].points > found["too dark", "mild"].points > 0
    assert found["too bright", "moderate"].lower == 0
    mean = mean_lower(list(found.values()), "moderate")
    assert 0 < mean.low <= mean.value <= mean.high < 1


def test_orientation_in_exif_moves_no_score_and_a_mirror_image_does() -> None:
    found = {shift.name: shift for shift in shifts(PHOTOS, leftness, Preprocessing())}
    assert set(found) == set(INVARIANT_CHANGES)
    for number in TURNS:
        assert found[f"EXIF orientation {number}"].largest == 0
    assert found["mirrored"].largest > 1
    assert found["JPEG at 90"].largest < found["mirrored"].largest
    assert found["JPEG at 90"].median.value == pytest.approx(0, abs=0.5)
