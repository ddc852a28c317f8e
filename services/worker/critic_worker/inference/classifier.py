"""The interface of a model, wherever it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import Manifest

Tensor = npt.NDArray[np.uint8]
"""RGB, `[size, size, 3]`."""


@dataclass(frozen=True)
class Classification:
    """A model's output for one photo, with the model's manifest."""

    probability: float  # of the second class, calibrated
    embedding: npt.NDArray[np.float32]  # one dimension, L2-normalised
    manifest: Manifest
    device: str
    kind: PhotoKind | None = None


class ModelReplaced(Exception):
    """Another version with another preprocessing answers now: the photo must be prepared again."""


class Classifier(Protocol):
    """A model. Both calls raise InferenceUnavailable or InferenceFailed."""

    def manifest(self) -> Manifest:
        """The manifest of the version that will most likely answer the next request."""
        ...

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        """Classify photos in one request. Raises ModelReplaced when the tensors suit a replaced version."""
        ...
