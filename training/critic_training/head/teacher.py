"""The teacher: a kernel machine on standardised features, fitted to the ratings of the training folds.

A head of two layers can be as smooth as the kernel machine, but 470 ratings are not enough: it is fitted to the
teacher's ratings of thousands of photos (`fit.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVR

from critic_training.data.photo_sets import Floats
from critic_training.head.hyperparameters import HeadHyperparameters
from critic_training.runs.views import Views

Teacher = Callable[[Floats], Floats]
"""Standardised features `[N, P]` → ratings `[N]`."""


@dataclass(frozen=True)
class FeatureScaler:
    """Standardises features to mean 0 and deviation 1 over the unrated pool; without ratings, so all folds share it."""

    mean: Floats
    deviation: Floats

    def __call__(self, features: Floats) -> Floats:
        return (features - self.mean) / self.deviation


def fit_scaler(features: Floats) -> FeatureScaler:
    """A scaler of features `[N, P]`."""
    return FeatureScaler(features.mean(0), features.std(0) + 1e-6)


def fit_teacher(rated: Views, score: Floats, config: HeadHyperparameters) -> Teacher:
    """An RBF support vector regressor of the photos and their mirror images."""
    machine = SVR(C=config.teacher_c / 2, epsilon=config.teacher_epsilon, gamma=1 / rated.plain.shape[1])
    machine.fit(rated.concatenate(), np.concatenate([score, score]))
    return lambda features: machine.predict(features).astype(np.float32)
