"""A photo never fails because of a canary: where its version does not answer, another one does."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Manifest
from critic_core.runtime.logs import logger
from critic_worker import metrics
from critic_worker.inference.classifier import Answer, Classifier, ModelReplaced, Tensor

T = TypeVar("T")

log = logger(__name__)


class FallingBack:
    """Asks versions one after the other until one answers; one that did not is not asked again about these photos.

    Which they are is looked up for each question, since one may leave the server while photos wait. When none answers,
    all are asked again next time: then it is the server that is away, and not a version that is bad.
    """

    def __init__(
        self, versions: Callable[[], Sequence[str]], classifier: Callable[[str], Classifier], failed: Callable[[], None]
    ) -> None:
        self._versions, self._classifier, self._failed = versions, classifier, failed
        self._passed_over: set[str] = set()

    def manifest(self) -> Manifest:
        """Of the first version that tells."""
        return self._first(lambda classifier: classifier.manifest())

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        """By the first version that answers. ModelReplaced when that one is fed otherwise than the one before."""
        fed: list[str] = []

        def ask(classifier: Classifier) -> list[Answer]:
            fed.append(classifier.manifest().preprocessing.digest)
            if fed[-1] != fed[0]:
                raise ModelReplaced
            return classifier.classify(tensors)

        return self._first(ask)

    def _first(self, ask: Callable[[Classifier], T]) -> T:
        versions = self._versions()
        *before, last = [each for each in versions if each not in self._passed_over] or versions
        unanswered: dict[str, InferenceUnavailable | InferenceFailed] = {}
        for version in before:
            try:
                return self._settled(ask(self._classifier(version)), unanswered)
            except (InferenceUnavailable, InferenceFailed) as error:
                unanswered[version] = error
        try:
            return self._settled(ask(self._classifier(last)), unanswered)
        except ModelReplaced:
            self._settled(None, unanswered)
            raise
        except (InferenceUnavailable, InferenceFailed):
            self._failed()
            raise

    def _settled(self, answer: T, unanswered: dict[str, InferenceUnavailable | InferenceFailed]) -> T:
        """Another version answered: those before it are to blame, and not the server."""
        for version, error in unanswered.items():
            log.warning("version_passed_over", version=version, code=error.code, error=error.detail)
            metrics.FALLBACKS.labels(version, error.code).inc()
        if unanswered:
            self._passed_over |= unanswered.keys()
            self._failed()
        return answer
