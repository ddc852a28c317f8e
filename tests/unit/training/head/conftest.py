"""Random features: the first encodes beauty, the second the strength of degradation."""

import numpy as np
import pytest

from critic_training.data.photo_sets import Floats
from critic_training.head.fit import Head, TrainingSet
from critic_training.head.teacher import FeatureScaler
from critic_training.runs.views import Views


def normal(random: np.random.Generator, *shape: int) -> Floats:
    return random.standard_normal(shape).astype(np.float32)


@pytest.fixture
def training_set(random: np.random.Generator) -> TrainingSet:
    pool, rated = normal(random, 600, 12), normal(random, 200, 12)
    origin = np.arange(600).repeat(2)
    copies = pool[origin] + 0.05 * normal(random, 1200, 12)
    copies[:, 1] += 2
    score = (4 + rated[:, 0] - 0.5 * np.abs(rated[:, 2])).astype(np.float32)
    return TrainingSet(views(random, pool), copies, origin, views(random, rated), score)


def views(random: np.random.Generator, plain: Floats) -> Views:
    return Views(plain, plain + 0.05 * normal(random, *plain.shape))


def scaler_and_head(random: np.random.Generator, inputs: int, units: int) -> tuple[FeatureScaler, Head]:
    scaler = FeatureScaler(normal(random, inputs), 1 + np.abs(normal(random, inputs)))
    hidden = normal(random, units, inputs) / np.float32(inputs) ** 0.5
    return scaler, Head(hidden, normal(random, units), normal(random, units) / np.float32(units) ** 0.5, 4.2)
