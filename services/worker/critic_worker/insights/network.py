"""The scoring network, as a function of inputs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from critic_core.contracts.errors import InferenceUnavailable
from critic_worker.inference.classifier import Classifier, Tensor

BATCH = 8
"""Inputs of a request: photos of other callers, which wait meanwhile, are scored in between."""


class Network:
    """Probabilities of inputs, and the version that answered last."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier, self._manifest = classifier, classifier.manifest()
        self.preprocessing = self._manifest.preprocessing

    def percent(self, inputs: Sequence[Tensor]) -> npt.NDArray[np.float64]:
        """100 × probability of inputs, each uint8 `[size, size, 3]`, by one version.

        Raises the classifier's errors, and InferenceUnavailable where another version answers meanwhile.
        """
        batches = [inputs[at : at + BATCH] for at in range(0, len(inputs), BATCH)]
        answers = [answer for batch in batches for answer in self._classifier.classify(batch)]
        self._manifest = answers[0].manifest
        if any(answer.manifest.version != self._manifest.version for answer in answers):
            raise InferenceUnavailable("The model was replaced between two requests.")
        return np.array([100 * answer.probability for answer in answers], dtype=np.float64)

    @property
    def provenance(self) -> dict[str, str]:
        """`model` and `version`."""
        return {"model": self._manifest.name, "version": self._manifest.version}
