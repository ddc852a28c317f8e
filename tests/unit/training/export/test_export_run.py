"""Calibration of a run with several seeds."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.data.photo_sets import RatedPhotos
from critic_training.export.export_run import calibrate_all

FILES = tuple(Path(f"/data/oasis/images/{n}.jpg") for n in range(40))


@pytest.fixture
def rated() -> RatedPhotos:
    score = np.linspace(1, 7, 40).astype(np.float32)
    return RatedPhotos("oasis", FILES, score, np.array(["any"] * 40), np.arange(40) % 4, np.arange(40).astype(str))


def test_calibration_learns_from_every_seed(rated: RatedPhotos) -> None:
    random = np.random.default_rng(0)
    noise = [rated.score + random.normal(0, 2, 40).astype(np.float32) for _ in range(3)]
    platt = calibrate_all({7: noise[0], 8: noise[1], 9: noise[2]}, rated)
    assert platt.probability(np.array([1.0], np.float32))[0] < 0.3
    assert platt.probability(np.array([7.0], np.float32))[0] > 0.7
