"""The weights of `critic_worker.albums.quality`, fitted on photographs and their degraded copies."""

from collections.abc import Sequence

import numpy as np
from training.research.degraded_copies import COPIES, NEVER_GROUPED, CopyFeatures

from critic_core.contracts.album import PhotoFeatures
from critic_worker.albums.quality import DETAIL, HIGHLIGHTS, preference


def print_weights(photos: list[CopyFeatures]) -> None:
    """Logistic regression without intercept on (photo − copy), without crops; relative to the score's weight."""
    terms = np.stack([_terms(features) for photo in photos for features in photo.features])  # [P, 25, 3]
    kinds = [index for index, (kind, _) in enumerate(COPIES, start=1) if kind not in NEVER_GROUPED]
    weights = fit_logistic((terms[:, :1] - terms[:, kinds]).reshape(-1, terms.shape[2]))
    print(f"fitted on {len(photos)} photos: DETAIL {weights[1] / weights[0]:.2f}, ", end="")
    print(f"HIGHLIGHTS {weights[2] / weights[0]:.2f}; in use {DETAIL}, {HIGHLIGHTS}\n")


def _terms(features: Sequence[PhotoFeatures]) -> np.ndarray:
    """The three terms of `preference`, for a weight of 1 each."""
    whole = preference(features)
    intact = [_with_properties(photo, highlights=0.0) for photo in features]
    score_and_detail = preference(intact)
    score = preference([_with_properties(photo, fine_detail=1.0) for photo in intact])
    return np.stack([score, (score_and_detail - score) / DETAIL, (whole - score_and_detail) / HIGHLIGHTS], axis=1)


def _with_properties(features: PhotoFeatures, **values: float) -> PhotoFeatures:
    return features.model_copy(update={"properties": features.properties | values})


def fit_logistic(differences: np.ndarray, steps: int = 30) -> np.ndarray:
    """Maximum-likelihood weights for positive sums, by Newton's method; a ridge of 1 on standardised terms."""
    spread = differences.std(axis=0)
    terms, weights = differences / spread, np.zeros(differences.shape[1])
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(terms @ weights))
        curvature = (terms * (wrong * (1 - wrong))[:, None]).T @ terms + np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, terms.T @ wrong - weights)
    return np.asarray(weights / spread)
