"""The scoring network, as a function of inputs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from critic_core.contracts.manifest import Manifest
from critic_worker.inference.classifier import Classifier, Tensor

BATCH = 8
"""Inputs of a request: photos of other callers, which wait meanwhile, are scored in between."""


class Network:
    """Probabilities of inputs, and the version that answered last."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier, self._manifest = classifier, classifier.manifest()
        self.preprocessing = self._manifest.preprocessing

    def percent(self, inputs: Sequence[Tensor]) -> npt.NDArray[np.float64]:
        """100 × probability of inputs, each uint8 `[size, size, 3]`. Raises the classifier's errors."""
        percents = [percent for at in range(0, len(inputs), BATCH) for percent in self._batch(inputs[at : at + BATCH])]
        return np.array(percents, dtype=np.float64)

    @property
    def provenance(self) -> dict[str, str]:
        """`model` and `version`."""
        return {"model": self._manifest.name, "version": self._manifest.version}

    def _batch(self, inputs: Sequence[Tensor]) -> list[float]:
        answers = self._classifier.classify(inputs)
        self._manifest = _newest(answers[0].manifest, self._manifest)
        return [100 * answer.probability for answer in answers]


def _newest(manifest: Manifest, before: Manifest) -> Manifest:
    return manifest if manifest.version != before.version else before
