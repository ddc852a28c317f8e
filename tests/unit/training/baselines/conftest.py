"""Rated photos whose first feature is their rating with noise."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.data.photo_sets import Floats, RatedPhotos


@pytest.fixture
def rated() -> RatedPhotos:
    score = np.tile(np.arange(10, dtype=np.float32), 12)
    group = np.array([f"theme {n // 5}" for n in range(120)])
    files = tuple(Path(f"{number}.jpg") for number in range(120))
    return RatedPhotos("rated", files, score, np.repeat(["Animal", "Scenery"], 60), np.arange(120) // 5 % 4, group)


@pytest.fixture
def features(rated: RatedPhotos, random: np.random.Generator) -> Floats:
    noise = random.standard_normal((120, 6)).astype(np.float32)
    noise[:, 0] += rated.score
    return noise
