"""The weights of `critic_worker.albums.quality`, of photographs and their worse copies."""

import numpy as np
from tests.load.worse_copies import COPIES, NEVER_GROUPED, Seen

from critic_core.contracts.album import Marks
from critic_worker.albums.quality import DETAIL, HIGHLIGHTS, preference


def tell_weights(fitted: list[Seen]) -> None:
    """Logistic regression without intercept on (photo − copy), crops aside; told against a weight of 1 of the score."""
    terms = np.stack([_terms(marks) for seen in fitted for marks in seen.marks])  # [P, 25, 3]
    kinds = [place for place, (kind, _) in enumerate(COPIES, start=1) if kind not in NEVER_GROUPED]
    weights = _logistic((terms[:, :1] - terms[:, kinds]).reshape(-1, terms.shape[2]))
    print(f"fitted on {len(fitted)} photos: DETAIL {weights[1] / weights[0]:.2f}, ", end="")
    print(f"HIGHLIGHTS {weights[2] / weights[0]:.2f}; in use {DETAIL}, {HIGHLIGHTS}\n")


def _terms(marks: list[Marks]) -> np.ndarray:
    """The three terms of `preference`, for a weight of 1 each."""
    whole = preference(marks)
    plain = [{**each.properties, "highlights": 0.0} for each in marks]
    without = preference([each.model_copy(update={"properties": new}) for each, new in zip(marks, plain, strict=True)])
    flat = [{**new, "fine_detail": 1.0} for new in plain]
    score = preference([each.model_copy(update={"properties": new}) for each, new in zip(marks, flat, strict=True)])
    return np.stack([score, (without - score) / DETAIL, (whole - without) / HIGHLIGHTS], axis=1)


def _logistic(differences: np.ndarray, steps: int = 30) -> np.ndarray:
    """Weights with which a positive sum is likeliest, by Newton's method; a ridge of 1 on standardised terms."""
    spread = differences.std(axis=0)
    terms, weights = differences / spread, np.zeros(differences.shape[1])
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(terms @ weights))
        curvature = (terms * (wrong * (1 - wrong))[:, None]).T @ terms + np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, terms.T @ wrong - weights)
    return weights / spread
