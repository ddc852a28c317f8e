"""The embeddings of photos."""

from binascii import a2b_base64
from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_worker.arrays import Float32Array


def embeddings_of(features: Sequence[PhotoFeatures]) -> Float32Array:
    """`[N, D]` of length 1; zeros for a photo scored by a model with a smaller embedding than the widest."""
    vectors = [np.frombuffer(a2b_base64(photo.fingerprint.embedding), "<f2") for photo in features]
    widest = max((len(vector) for vector in vectors), default=0)
    padded = np.zeros((len(vectors), widest), np.float32)
    for row, vector in zip(padded, vectors, strict=True):
        row[: len(vector)] = vector if len(vector) == widest else 0
    return np.asarray(padded / np.maximum(np.linalg.norm(padded, axis=1, keepdims=True), 1e-6), np.float32)
