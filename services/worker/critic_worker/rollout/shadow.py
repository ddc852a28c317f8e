"""A version that answers nobody is asked about photos that were answered, and the two answers are compared.

In a thread of each worker process, over photos whose answer is kept: it delays and fails none. What comes faster than
it can be asked is left out, and so is whatever the inference server does not answer at once. While photos wait for
their own answer none is compared: the cores and the inference server are theirs.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from critic_core.contracts.critique import Critique
from critic_core.contracts.routing import Pair
from critic_core.imaging.limits import Limits
from critic_core.imaging.preprocess import prepare
from critic_core.runtime.logs import logger
from critic_core.stores.routing import RoutingStore
from critic_worker import metrics
from critic_worker.inference.classifier import Answer, Classifier
from critic_worker.photos.critique import Looked, percentile

WAITING = 2  # photos of each process, with their bytes; further ones are left out

log = logger(__name__)


@dataclass(frozen=True)
class _Asked:
    photo_id: str
    data: bytes
    told: Looked
    version: str


class Shadow:
    """Compares in the background; the thread starts with the first photo."""

    def __init__(
        self,
        store: RoutingStore,
        limits: Limits,
        classifier: Callable[[str, str], Classifier],
        crowded: Callable[[], bool],
    ) -> None:
        self._store, self._limits, self._classifier, self._crowded = store, limits, classifier, crowded
        self._waiting: queue.Queue[_Asked] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None

    def offer(self, photo_id: str, data: bytes, told: Looked, version: str) -> None:
        """Compare when there is time, or not at all; returns at once."""
        if version == told.manifest.version:
            return
        try:
            self._waiting.put_nowait(_Asked(photo_id, data, told, version))
        except queue.Full:
            metrics.SHADOWED.labels("left_out").inc()
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._rounds, name="shadow", daemon=True)
            self._thread.start()

    def _rounds(self) -> None:
        while True:
            asked = self._waiting.get()
            try:
                metrics.SHADOWED.labels(self._compare(asked)).inc()
            except Exception as error:  # noqa: BLE001 - nobody waits for it, and the next photo may fare better
                metrics.SHADOWED.labels("failed").inc()
                log.warning("shadow_failed", photo_id=asked.photo_id, version=asked.version, error=str(error))

    def _compare(self, asked: _Asked) -> str:
        """What became of it, for the metric."""
        if self._crowded():
            return "held_back"
        model, before = asked.told.manifest.name, asked.told.critique
        classifier = self._classifier(model, asked.version)
        tensor = prepare(asked.data, classifier.manifest().preprocessing, self._limits)
        pair = pair_of(asked.photo_id, before, classifier.classify([tensor])[0])
        self._store.keep_pair(model, before.provenance.version, asked.version, pair)
        difference = abs(pair.other_percentile - pair.percentile)
        metrics.SHADOW_DIFFERENCE.labels(model, asked.version).observe(difference)
        return "compared"


def pair_of(photo_id: str, told: Critique, other: Answer) -> Pair:
    """What two versions said of a photo."""
    score = 100 * other.probability
    return Pair(
        photo=photo_id,
        score=told.score,
        percentile=told.percentile,
        pleasing=told.probability >= 0.5,
        other_score=score,
        other_percentile=percentile(score, other.manifest.reference),
        other_pleasing=other.probability >= 0.5,
    )
