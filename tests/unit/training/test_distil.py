"""fc7 and fc8 learn to be another function."""

import numpy as np

from critic_training.distil import distil
from critic_training.evaluate import spearman
from critic_training.features import Views
from critic_training.knobs import Knobs
from critic_training.teacher import standard, teach


def test_network_orders_unseen_photos_as_its_teacher_does(random: np.random.Generator) -> None:
    photos = random.standard_normal((600, 24)).astype(np.float32)
    score = (4 + photos[:, 0] - np.abs(photos[:, 1])).astype(np.float32)
    knobs = Knobs(hidden_units=256, distil_steps=300, distil_batch=256, blended_photos=500)
    teacher = teach(Views(photos[:400], photos[:400]), score[:400], knobs)
    head = distil(teacher, photos[:400], knobs)
    assert spearman(head.rating(photos[400:]), teacher(photos[400:])) > 0.95
    assert spearman(head.rating(photos[400:]), score[400:]) > 0.6


def test_standard_has_mean_zero_and_deviation_one(random: np.random.Generator) -> None:
    pooled = random.gamma(2.0, size=(100, 8)).astype(np.float32)
    told = standard(pooled)(pooled)
    np.testing.assert_allclose(told.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(told.std(0), 1, atol=1e-4)
