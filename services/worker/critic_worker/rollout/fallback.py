"""A canary never fails a photo: when its version does not answer, the stable version does."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Manifest
from critic_core.runtime.logs import logger
from critic_worker import metrics
from critic_worker.inference.classifier import Classification, Classifier, ModelReplaced, Tensor

T = TypeVar("T")
Failures = dict[str, InferenceUnavailable | InferenceFailed]

log = logger(__name__)


class FallbackClassifier:
    """Asks the versions one after the other until one answers; a failed version is skipped from then on.

    The versions are looked up for each request, since one may be unloaded while photos wait. When all fail, none is
    skipped: then the server is down, and no version is to blame.
    """

    def __init__(
        self,
        versions: Callable[[], Sequence[str]],
        classifier: Callable[[str], Classifier],
        on_failure: Callable[[], None],
    ) -> None:
        self._versions, self._classifier, self._on_failure = versions, classifier, on_failure
        self._skipped_versions: set[str] = set()

    def manifest(self) -> Manifest:
        """The manifest of the first version that answers."""
        return self._first(lambda classifier: classifier.manifest())

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        """By the first version that answers. ModelReplaced when its preprocessing differs from the one before."""
        digests: list[str] = []

        def request(classifier: Classifier) -> list[Classification]:
            digests.append(classifier.manifest().preprocessing.digest)
            if digests[-1] != digests[0]:
                raise ModelReplaced
            return classifier.classify(tensors)

        return self._first(request)

    def _first(self, request: Callable[[Classifier], T]) -> T:
        versions = self._versions()
        *preferred, last = [version for version in versions if version not in self._skipped_versions] or versions
        failures: Failures = {}
        for version in preferred:
            try:
                answer = request(self._classifier(version))
            except (InferenceUnavailable, InferenceFailed) as error:
                failures[version] = error
            else:
                self._skip(failures)
                return answer
        return self._last(request, last, failures)

    def _last(self, request: Callable[[Classifier], T], version: str, failures: Failures) -> T:
        try:
            answer = request(self._classifier(version))
        except ModelReplaced:
            self._skip(failures)
            raise
        except (InferenceUnavailable, InferenceFailed):
            self._on_failure()
            raise
        self._skip(failures)
        return answer

    def _skip(self, failures: Failures) -> None:
        """Skip the failed versions: another one answered, so the server is up."""
        for version, error in failures.items():
            log.warning("version_skipped", version=version, code=error.code, error=error.detail)
            metrics.FALLBACKS.labels(version, error.code).inc()
        if failures:
            self._skipped_versions |= failures.keys()
            self._on_failure()
