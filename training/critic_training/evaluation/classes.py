"""The paper's question, good or bad: accuracy, balanced accuracy, precision, recall, F1 and area under the curve."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_score, recall_score
from sklearn.metrics import roc_auc_score as area

from critic_training.data.photo_sets import Floats

Sides = npt.NDArray[np.bool_]

CLASSES: dict[str, Callable[[Sides, Floats], float]] = {
    "accuracy": lambda good, p: float(accuracy_score(good, p > 0.5)),
    "balanced accuracy": lambda good, p: float(balanced_accuracy_score(good, p > 0.5)),
    "precision": lambda good, p: float(precision_score(good, p > 0.5, zero_division=0)),
    "recall": lambda good, p: float(recall_score(good, p > 0.5, zero_division=0)),
    "F1": lambda good, p: float(f1_score(good, p > 0.5, zero_division=0)),
    "AUC": lambda good, p: float(area(good, p)),
}
"""Name → figure of the sides `[N]` (true: good) and the probabilities `[N]`. Both sides must occur."""
