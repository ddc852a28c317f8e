"""What the critique needs of a model, wherever it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from critic_core.contracts.manifest import Manifest

Tensor = npt.NDArray[np.uint8]
"""RGB, `[size, size, 3]`."""


@dataclass(frozen=True)
class Answer:
    """What a model said of one photo, and which model it was."""

    probability: float  # of the second class, calibrated
    embedding: npt.NDArray[np.float32]  # one dimension, L2-normalised
    manifest: Manifest
    device: str


class ModelReplaced(Exception):
    """Another version answers now, and is fed otherwise: the photo must be prepared anew."""


class Classifier(Protocol):
    """A model that answers. Both calls raise InferenceUnavailable or InferenceFailed."""

    def manifest(self) -> Manifest:
        """The manifest of the model that will most likely answer next."""
        ...

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        """Ask about photos, all in one request. Raises ModelReplaced when they suit a version that is gone."""
        ...
