"""The heartbeat: a golden photo through the worker's own queue, with the self-test of every model.

A Celery worker can stay up and consume nothing after Redis restarts (celery #8030, #10302). A living process, or one
that answers pings, proves nothing; a task that comes back out of the queue does.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from critic_core.contracts.errors import CriticError, InferenceUnavailable, NotReady, QueueUnavailable
from critic_core.contracts.heartbeat import Heartbeat, SelfTest
from critic_core.contracts.manifest import Golden, Manifest
from critic_core.contracts.routing import ActiveVersions
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.runtime.logs import logger
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.decoding.preparation import Prepare, prepare_photo
from critic_worker.inference.classifier import Classifier
from critic_worker.photos.critique import critique
from critic_worker.photos.models import Models

log = logger(__name__)


def run_self_test(worker: str, models: Models, store: WorkerStatusStore, prepare: Prepare = prepare_photo) -> Heartbeat:
    """Score the golden photo with every model and publish the result. Without retries: the next one comes soon."""
    heartbeat = Heartbeat(worker=worker, at=datetime.now(UTC))
    versions = _active_versions(models, store)
    stable = models.classifier(version=versions.stable) if versions else models.classifier()
    result, manifest = _test(stable, prepare)
    other_models = _test_other_models(models, store, manifest, versions, prepare) if manifest else ()
    heartbeat = heartbeat.model_copy(update={**dict(result), "other_models": other_models})
    store.save_heartbeat(heartbeat)
    return heartbeat


def _active_versions(models: Models, store: WorkerStatusStore) -> ActiveVersions | None:
    """The active versions, published; None while the inference server is down."""
    try:
        versions = models.active_versions()
    except InferenceUnavailable as error:
        log.warning("versions_lookup_failed", error=error.detail)
        return None
    store.save_active_versions(versions)
    return versions


def _test_other_models(
    models: Models, store: WorkerStatusStore, stable: Manifest, versions: ActiveVersions | None, prepare: Prepare
) -> tuple[SelfTest, ...]:
    """Self-tests of canary, shadow and the other models, with the manifests of all published.

    Empty when the inference server goes down meanwhile.
    """
    try:
        names = models.other_models()
    except CriticError as error:
        log.warning("models_lookup_failed", error=error.detail)
        return ()
    trial_versions = versions.trials if versions else []
    trials = [_test(models.classifier(version=version), prepare, stable.name, version) for version in trial_versions]
    tests = [_test(models.classifier(name), prepare, name) for name in names]
    store.save_models([stable, *_manifests(tests)], [stable.name, *names], _manifests(trials))
    return tuple(result for result, _ in [*trials, *tests])


def _manifests(tests: Sequence[tuple[SelfTest, Manifest | None]]) -> list[Manifest]:
    return [manifest for _, manifest in tests if manifest]


def _test(
    classifier: Classifier, prepare: Prepare, name: str | None = None, version: str | None = None
) -> tuple[SelfTest, Manifest | None]:
    """The self-test of a model, and its manifest; no manifest when the model does not answer."""
    try:
        result = critique(golden_photo(), classifier, DEFAULT_LIMITS, prepare)
    except CriticError as error:
        return SelfTest(model=name, version=version, problem=error.problem()), None
    provenance, probability = result.critique.provenance, result.critique.probability
    deviation = _deviation(probability, result.manifest.golden)
    self_test = SelfTest(
        model=provenance.model,
        version=provenance.version,
        device=provenance.device,
        golden_probability=probability,
        problem=deviation.problem() if deviation else None,
    )
    return self_test, result.manifest


def _deviation(probability: float, golden: Golden) -> NotReady | None:
    if abs(probability - golden.probability) <= golden.tolerance:
        return None
    return NotReady(
        f"The golden photo scored {probability:.4f}; the model was published with {golden.probability:.4f}."
    )


class HeartbeatMonitor:
    """Sends a worker its heartbeats, and measures the time since the last one came back. Lives in the main process."""

    def __init__(
        self,
        send: Callable[[float], None],
        store: WorkerStatusStore,
        worker: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send, self._store, self._worker, self._clock = send, store, worker, clock
        self.last: Heartbeat | None = None
        """The last heartbeat that came back."""
        self._sent_at = float("-inf")
        self._returned_at = clock()

    def check(self, timeout: float) -> float:
        """Look for the last heartbeat and send the next one, unless one is under way; returns the silence in seconds.

        A heartbeat is lost after `timeout` seconds. Silence counts only while Redis responds: without Redis, nothing
        can be consumed.
        """
        try:
            if self._has_returned() or self._clock() - self._sent_at > timeout:
                self._send(timeout)
                self._sent_at = self._clock()
        except QueueUnavailable:
            self._returned_at = self._clock()
        return self.seconds_since_heartbeat()

    def seconds_since_heartbeat(self) -> float:
        """Seconds since the last heartbeat came back, as of the last check."""
        return self._clock() - self._returned_at

    def _has_returned(self) -> bool:
        heartbeats = self._store.heartbeats(0)
        last = next((heartbeat for heartbeat in heartbeats if heartbeat.worker == self._worker), None)
        if last is None or last == self.last:
            return False
        self.last, self._returned_at = last, self._clock()
        return True
