"""The teacher: a kernel machine on fc6's pooled maps, fitted to the ratings of the training folds.

fc7 and fc8 then learn to be this function (`distil.py`). It is the baseline's regressor, with mirror images added.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVR

from critic_training.dataset import Floats
from critic_training.features import Views
from critic_training.knobs import Knobs

Teacher = Callable[[Floats], Floats]
"""Standardised pooled maps `[N, 512]` → ratings `[N]`."""


@dataclass(frozen=True)
class Standard:
    """Pooled maps with mean 0 and deviation 1 over the unrated pool: no rating is in it, so all folds share it."""

    mean: Floats
    deviation: Floats

    def __call__(self, pooled: Floats) -> Floats:
        return (pooled - self.mean) / self.deviation


def standard(pooled: Floats) -> Standard:
    """Fitted to pooled maps `[N, 512]`."""
    return Standard(pooled.mean(0), pooled.std(0) + 1e-6)


def teach(rated: Views, score: Floats, knobs: Knobs) -> Teacher:
    """An RBF support vector regressor of the photos and their mirror images."""
    machine = SVR(C=knobs.teacher_c / 2, epsilon=knobs.teacher_epsilon, gamma=1 / rated.plain.shape[1])
    machine.fit(rated.both(), np.concatenate([score, score]))
    return lambda pooled: machine.predict(pooled).astype(np.float32)
