"""The machines: features of photos and their sides in, probability of "pleasing" out.

The paper: an RBF support vector machine with C = 10 and γ = 1e-6, and a random forest of ten trees, both on fc6. Our
fc6 has other units than ImageNet's own, so the machine is also searched for, on learning photos alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from critic_training.data.photo_sets import Floats

Answer = Callable[[Floats], Floats]
"""Features `[N, D]` → probabilities, or any increasing function of them that is 0.5 between the classes `[N]`."""

GRID = {"svc__C": [0.3, 1, 3, 10, 30], "svc__gamma": [1e-5, 3e-5, 1e-4, 3e-4, 1e-3]}


@dataclass(frozen=True)
class Known:
    """Photos to learn from: features `[N, D]`, which are good, and their themes, which stay together."""

    features: Floats
    good: npt.NDArray[np.bool_]
    group: npt.NDArray[np.str_]


def paper_svm(known: Known, _seed: int) -> Answer:
    """C = 10, γ = 1e-6, on features as they are."""
    return _decided(SVC(C=10, gamma=1e-6).fit(known.features, known.good))


def searched_svm(known: Known, _seed: int) -> Answer:
    """C and γ by four theme-grouped folds of the learning photos; features standardised."""
    search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), GRID, cv=GroupKFold(4), scoring="accuracy")
    return _decided(search.fit(known.features, known.good, groups=known.group))


def forest(known: Known, seed: int) -> Answer:
    """Ten trees."""
    machine = RandomForestClassifier(n_estimators=10, random_state=seed).fit(known.features, known.good)
    return lambda features: machine.predict_proba(features)[:, 1].astype(np.float32)


def _decided(machine: SVC | GridSearchCV) -> Answer:
    return lambda features: (1 / (1 + np.exp(-machine.decision_function(features)))).astype(np.float32)


MACHINES: dict[str, Callable[[Known, int], Answer]] = {
    "SVM, C = 10, γ = 1e-6 (paper)": paper_svm,
    "SVM, searched": searched_svm,
    "random forest, 10 trees": forest,
}
BY_CHANCE = frozenset({"random forest, 10 trees"})
"""Of these every seed is asked; the others give the same answer each time."""
