"""Classifiers: from features of good and bad photos to the probability of "pleasing".

The paper: an RBF support vector machine with C = 10 and γ = 1e-6, and a random forest of ten trees, both on fc6. Our
fc6 has other units than ImageNet's, so there is also a grid search on training photos.
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

Predictor = Callable[[Floats], Floats]
"""Features `[N, D]` → probabilities `[N]`, or an increasing function of them with 0.5 between the classes."""

GRID = {"svc__C": [0.3, 1, 3, 10, 30], "svc__gamma": [1e-5, 3e-5, 1e-4, 3e-4, 1e-3]}


@dataclass(frozen=True)
class LabelledFeatures:
    """Training photos: features `[N, D]`, labels, and themes for grouped folds."""

    features: Floats
    good: npt.NDArray[np.bool_]
    group: npt.NDArray[np.str_]


def paper_svm(photos: LabelledFeatures, _seed: int) -> Predictor:
    """C = 10, γ = 1e-6, on unscaled features."""
    return _by_decision(SVC(C=10, gamma=1e-6).fit(photos.features, photos.good))


def searched_svm(photos: LabelledFeatures, _seed: int) -> Predictor:
    """C and γ by grid search over four theme-grouped folds; features standardised."""
    search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), GRID, cv=GroupKFold(4), scoring="accuracy")
    return _by_decision(search.fit(photos.features, photos.good, groups=photos.group))


def random_forest(photos: LabelledFeatures, seed: int) -> Predictor:
    """Ten trees."""
    forest = RandomForestClassifier(n_estimators=10, random_state=seed).fit(photos.features, photos.good)
    return lambda features: forest.predict_proba(features)[:, 1].astype(np.float32)


def _by_decision(svm: SVC | GridSearchCV) -> Predictor:
    return lambda features: (1 / (1 + np.exp(-svm.decision_function(features)))).astype(np.float32)


CLASSIFIERS: dict[str, Callable[[LabelledFeatures, int], Predictor]] = {
    "SVM, C = 10, γ = 1e-6 (paper)": paper_svm,
    "SVM, searched": searched_svm,
    "random forest, 10 trees": random_forest,
}
STOCHASTIC = frozenset({"random forest, 10 trees"})
"""Classifiers whose predictions depend on the seed."""
