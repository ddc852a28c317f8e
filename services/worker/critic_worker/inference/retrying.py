"""A classifier that retries while its inference server is down."""

from collections.abc import Sequence

from critic_core.contracts.manifest import Manifest
from critic_worker.inference.classifier import Classification, Classifier, Tensor
from critic_worker.retry import retry_until


class RetryingClassifier:
    """Retries each call for `seconds`: a decoded photo is not thrown away because of a short outage."""

    def __init__(self, classifier: Classifier, seconds: float) -> None:
        self._classifier, self._seconds = classifier, seconds

    def manifest(self) -> Manifest:
        """As of the wrapped classifier."""
        return retry_until(self._classifier.manifest, self._seconds)

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        """As of the wrapped classifier."""
        return retry_until(lambda: self._classifier.classify(tensors), self._seconds)
