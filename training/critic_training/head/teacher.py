"""The teacher: a kernel machine on standardised features, fitted to the ratings of the training folds.

A head of two layers can be as smooth as the kernel machine, but 470 ratings do not make it so: it learns to be this
function on thousands of photos without ratings (`learn.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVR

from critic_training.data.photo_sets import Floats
from critic_training.head.hyperparameters import HeadKnobs
from critic_training.head.views import Views

Teacher = Callable[[Floats], Floats]
"""Standardised features `[N, P]` → ratings `[N]`."""


@dataclass(frozen=True)
class Standard:
    """Features with mean 0 and deviation 1 over the unrated pool: no rating is in it, so all folds share it."""

    mean: Floats
    deviation: Floats

    def __call__(self, features: Floats) -> Floats:
        return (features - self.mean) / self.deviation


def standard(features: Floats) -> Standard:
    """Fitted to `[N, P]`."""
    return Standard(features.mean(0), features.std(0) + 1e-6)


def teach(rated: Views, score: Floats, knobs: HeadKnobs) -> Teacher:
    """An RBF support vector regressor of the photos and their mirror images."""
    machine = SVR(C=knobs.teacher_c / 2, epsilon=knobs.teacher_epsilon, gamma=1 / rated.plain.shape[1])
    machine.fit(rated.both(), np.concatenate([score, score]))
    return lambda features: machine.predict(features).astype(np.float32)
