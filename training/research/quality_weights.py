"""The weights of `critic_worker.albums.ranking.quality`, fitted on photographs and their degraded copies."""

import numpy as np
from training.research.degraded_copies import COPIES, NEVER_GROUPED, CopyFeatures

from critic_worker.albums.ranking.group_terms import TERMS, group_terms
from critic_worker.albums.ranking.quality import WEIGHTS, probability_log_odds


def print_weights(photos: list[CopyFeatures]) -> None:
    """Logistic regression without intercept on (photo − copy), without crops; relative to the probability's weight."""
    weights = fit_logistic(differences(photos))
    print(f"fitted on {len(photos)} photos:")
    for name, weight, used in zip(TERMS, weights[1:] / weights[0], WEIGHTS, strict=True):
        print(f"- {name}: {weight:.2f}; in use {used}")


def differences(photos: list[CopyFeatures]) -> np.ndarray:
    """`[P, 8]`: log-odds and terms of each photo less those of each of its copies, compared in pairs."""
    kinds = [index for index, (kind, _) in enumerate(COPIES, start=1) if kind not in NEVER_GROUPED]
    pairs = [[features[0], features[kind]] for photo in photos for features in photo.features for kind in kinds]
    near = np.zeros(2, np.int64)
    terms = [np.column_stack([probability_log_odds(pair), group_terms(pair, near)]) for pair in pairs]
    return np.array([of_photo - of_copy for of_photo, of_copy in terms])


def fit_logistic(differences: np.ndarray, steps: int = 30) -> np.ndarray:
    """Maximum-likelihood weights for positive sums, by Newton's method; a ridge of 1 on standardised terms."""
    spread = np.maximum(differences.std(axis=0), 1e-9)
    terms, weights = differences / spread, np.zeros(differences.shape[1])
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(terms @ weights))
        curvature = (terms * (wrong * (1 - wrong))[:, None]).T @ terms + np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, terms.T @ wrong - weights)
    return np.asarray(weights / spread)
