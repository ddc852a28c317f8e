"""The shadow version: it classifies finished photos once more, and only the difference is stored.

A thread of each pool process works on photos whose critique is stored, so that a shadow delays and fails none. It
samples: photos beyond its throughput are dropped, without a retry. It pauses while photos wait in the queue, which
need cores and inference server more.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from critic_core.contracts.critique import Critique
from critic_core.contracts.routing import ScorePair
from critic_core.imaging.limits import Limits
from critic_core.runtime.logs import logger
from critic_core.stores.routing import RoutingStore
from critic_worker import metrics
from critic_worker.decoding.preparation import Prepare, prepare_photo
from critic_worker.inference.classifier import Classification, Classifier
from critic_worker.photos.critique import CritiqueResult, percentile

QUEUE_SIZE = 2  # photos of each process, with their bytes; further ones are sampled out

log = logger(__name__)


@dataclass(frozen=True)
class _ShadowRequest:
    photo_id: str
    data: bytes
    result: CritiqueResult
    version: str


class Shadow:
    """Compares in a background thread, which starts with the first photo."""

    def __init__(
        self,
        store: RoutingStore,
        limits: Limits,
        classifier: Callable[[str, str], Classifier],
        is_busy: Callable[[], bool],
        prepare: Prepare = prepare_photo,
    ) -> None:
        self._prepare = prepare
        self._store, self._limits, self._classifier, self._is_busy = store, limits, classifier, is_busy
        self._requests: queue.Queue[_ShadowRequest] = queue.Queue(QUEUE_SIZE)
        self._thread: threading.Thread | None = None

    def offer(self, photo_id: str, data: bytes, result: CritiqueResult, version: str) -> None:
        """Queue a photo for comparison, or drop it; returns at once."""
        if version == result.manifest.version:
            return
        try:
            self._requests.put_nowait(_ShadowRequest(photo_id, data, result, version))
        except queue.Full:
            metrics.SHADOW_PHOTOS.labels("sampled_out").inc()
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="shadow", daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        while True:
            request = self._requests.get()
            try:
                metrics.SHADOW_PHOTOS.labels(self._compare(request)).inc()
            except Exception as error:  # noqa: BLE001 - the thread must live on for the next photo
                metrics.SHADOW_PHOTOS.labels("failed").inc()
                log.warning("shadow_failed", photo_id=request.photo_id, version=request.version, error=str(error))

    def _compare(self, request: _ShadowRequest) -> str:
        """The outcome, for the metric."""
        if self._is_busy():
            return "held_back"
        model, critique = request.result.manifest.name, request.result.critique
        classifier = self._classifier(model, request.version)
        tensor = self._prepare(request.data, classifier.manifest().preprocessing, self._limits).tensor
        pair = pair_of(request.photo_id, critique, classifier.classify([tensor])[0])
        self._store.save_pair(model, critique.provenance.version, request.version, pair)
        difference = abs(pair.candidate_percentile - pair.percentile)
        metrics.SHADOW_DIFFERENCE.labels(model, request.version).observe(difference)
        return "compared"


def pair_of(photo_id: str, critique: Critique, candidate: Classification) -> ScorePair:
    """The scores of two versions for one photo."""
    score = candidate.manifest.scale.score(candidate.probability)
    return ScorePair(
        photo=photo_id,
        score=critique.score,
        percentile=critique.percentile,
        pleasing=critique.probability >= 0.5,
        candidate_score=score,
        candidate_percentile=percentile(score, candidate.manifest.reference),
        candidate_pleasing=candidate.probability >= 0.5,
    )
