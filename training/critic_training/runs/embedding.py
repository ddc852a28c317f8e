"""The embedding for near duplicates: principal components of the pooled maps, learnt on the unrated pool."""

from dataclasses import dataclass

import numpy as np

from critic_training.data.photo_sets import Floats


@dataclass(frozen=True)
class Projection:
    """Standardised pooled maps `[N, 512]` → `[N, D]`: weight `[512, D]`; the result is L2-normalised."""

    weight: Floats

    def __call__(self, pooled: Floats) -> Floats:
        told: Floats = pooled @ self.weight
        told /= np.maximum(np.linalg.norm(told, axis=1, keepdims=True), 1e-12)
        return told


def learn_projection(pooled: Floats, size: int) -> Projection:
    """The `size` strongest components of `[N, 512]` (mean 0), not whitened: weak components are mostly noise."""
    covariance = pooled.T @ pooled / len(pooled)
    values, vectors = np.linalg.eigh(covariance)
    return Projection(np.ascontiguousarray(vectors[:, np.argsort(values)[::-1][:size]]).astype(np.float32))
