"""The proof that this worker consumes, and that its answers are right: a golden photo through its own queue.

A Celery worker can stay up and consume nothing after Redis restarts (celery #8030, #10302): a process that lives, or
answers pings, proves nothing. A task that comes back out of the queue does.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from celery import Celery

from critic_core.contracts.errors import CriticError, InferenceUnavailable, NotReady, QueueUnavailable
from critic_core.contracts.heartbeat import PULSE_TASK, Proof, Pulse, pulse_queue
from critic_core.contracts.manifest import Golden, Manifest
from critic_core.contracts.routing import Answering
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import send
from critic_core.stores.worker_status import NoticeBoard
from critic_worker.inference.classifier import Classifier
from critic_worker.photos.critique import critique
from critic_worker.photos.models import Models

log = logger(__name__)


def take_pulse(worker: str, models: Models, board: NoticeBoard) -> Pulse:
    """Score the golden photo with every model, and tell everybody how that went. One try: it comes again soon."""
    pulse = Pulse(worker=worker, at=datetime.now(UTC))
    answering = _answering(models, board)
    own, manifest = _prove(models.classifier(version=answering.stable) if answering else models.classifier())
    others = _prove_others(models, board, manifest, answering) if manifest else ()  # else what was served stays told
    pulse = pulse.model_copy(update={**dict(own), "others": others})
    board.post_pulse(pulse)
    return pulse


def _answering(models: Models, board: NoticeBoard) -> Answering | None:
    """Which versions answer, told to everybody; None when that is not known."""
    try:
        answering = models.answering()
    except InferenceUnavailable as error:
        log.warning("versions_unknown", error=error.detail)
        return None
    board.post_answering(answering)
    return answering


def _prove_others(models: Models, board: NoticeBoard, own: Manifest, answering: Answering | None) -> tuple[Proof, ...]:
    """What every other model and version served says of the golden photo; all those served are told to everybody.

    Empty when the server goes away meanwhile.
    """
    try:
        names = models.others()
    except CriticError as error:
        log.warning("models_unknown", error=error.detail)
        return ()
    beside = [_prove(models.classifier(version=one), own.name, one) for one in answering.beside] if answering else []
    proved = [_prove(models.classifier(name), name) for name in names]
    told = [own, *(manifest for _, manifest in proved if manifest)]
    board.post_models(told, [own.name, *names], [manifest for _, manifest in beside if manifest])
    return tuple(proof for proof, _ in [*beside, *proved])


def _prove(
    classifier: Classifier, name: str | None = None, version: str | None = None
) -> tuple[Proof, Manifest | None]:
    """What the model says of the golden photo, and its manifest when it says anything."""
    try:
        looked = critique(golden_photo(), classifier, DEFAULT_LIMITS)
    except CriticError as error:
        return Proof(model=name, version=version, problem=error.problem()), None
    told = looked.critique
    deviation = _deviation(told.probability, looked.manifest.golden)
    proof = Proof(
        model=told.provenance.model,
        version=told.provenance.version,
        device=told.provenance.device,
        golden_probability=told.probability,
        problem=deviation.problem() if deviation else None,
    )
    return proof, looked.manifest


def _deviation(probability: float, golden: Golden) -> NotReady | None:
    if abs(probability - golden.probability) <= golden.tolerance:
        return None
    return NotReady(
        f"The golden photo scored {probability:.4f}; the model was published with {golden.probability:.4f}."
    )


class Heart:
    """Sends a worker its own pulse, and notices when none comes back. Lives in the worker's main process."""

    def __init__(
        self, app: Celery, board: NoticeBoard, worker: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._board, self._worker, self._clock = app, board, worker, clock
        self._last_seen: datetime | None = None
        self._sent_at = float("-inf")
        self._silent_since = clock()

    def beat(self, patience: float) -> float:
        """One look, and one more pulse sent unless one is under way; returns the seconds of silence.

        Silence counts only while Redis answers: nothing can be consumed without it. A pulse not back after `patience`
        seconds is taken for lost.
        """
        try:
            returned = self._look()
            if returned or self._clock() - self._sent_at > patience:
                self._send(expires=patience)
        except QueueUnavailable:
            self._silent_since = self._clock()
        return self.silence()

    def silence(self) -> float:
        """Seconds since the last pulse came back, as of the last look."""
        return self._clock() - self._silent_since

    def _look(self) -> bool:
        seen = next((pulse.at for pulse in self._board.pulses(0) if pulse.worker == self._worker), None)
        if seen is None or seen == self._last_seen:
            return False
        self._last_seen, self._silent_since = seen, self._clock()
        return True

    def _send(self, expires: float) -> None:
        send(self._app, PULSE_TASK, pulse_queue(self._worker), expires=expires)
        self._sent_at = self._clock()
