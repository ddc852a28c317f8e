"""The published baseline: frozen pool5, average- and max-pooled, standardised, and an RBF support vector regressor."""

import numpy as np
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from critic_training.data.photo_sets import Floats


def pool(maps: Floats) -> Floats:
    """pool5 `[N, 256, 36]` → averages and maxima `[N, 512]`."""
    return np.concatenate([maps.mean(2), maps.max(2)], axis=1)


def unfitted_regressor() -> Pipeline:
    """C = 3 and ε = 0.1 rating points: the published values."""
    return make_pipeline(StandardScaler(), SVR(C=3, epsilon=0.1))
