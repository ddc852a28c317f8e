"""A photo's way through a worker: claim, load, look, keep. Safe to run twice for the same photo, at any point."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded

from critic_core.contracts.errors import CriticError, PhotoNotFound, PhotoPoison, PhotoTookTooLong, ServiceUnavailable
from critic_core.contracts.manifest import Manifest
from critic_core.runtime.album_store import AlbumStore
from critic_core.runtime.answer_store import AnswerStore
from critic_core.runtime.job_store import Claim, JobStore
from critic_core.runtime.logs import logger
from critic_core.runtime.notice_board import NoticeBoard
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_worker import metrics
from critic_worker.classifier import Answer, Classifier, Models, Tensor
from critic_worker.critique import Looked, critique
from critic_worker.patience import patiently
from critic_worker.settings import WorkerSettings
from critic_worker.stopwatch import Stopwatch

log = logger(__name__)


class Outcome(StrEnum):
    """What became of a delivery."""

    done = "done"
    failed = "failed"
    released = "released"  # put back: a service is away
    skipped = "skipped"  # answered before, or deleted


@dataclass(frozen=True)
class Place:
    """What every process of a worker stands in: connections of its own."""

    settings: WorkerSettings
    jobs: JobStore
    albums: AlbumStore
    answers: AnswerStore
    board: NoticeBoard
    storage: Storage
    enqueue: Callable[[str], None]


def process(photo_id: str, place: Place, models: Models) -> Outcome:
    """Answer one delivery of a photo. Raises QueueUnavailable when Redis stays away: the delivery must come again."""
    claim = place.jobs.claim(photo_id, place.settings.max_deliveries)
    if claim is Claim.poison:
        place.jobs.bury(photo_id, PhotoPoison().problem())
        return _count(photo_id, Outcome.failed, PhotoPoison.code)
    if claim is not Claim.taken:
        return _count(photo_id, Outcome.skipped, claim.value)
    try:
        looked = _look(photo_id, place, models)
        return _keep(photo_id, looked, place)
    except ServiceUnavailable as error:
        return _put_back(photo_id, error, place)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the photo's owner is told
        return _fail(photo_id, _as_ours(error), place)


def _look(photo_id: str, place: Place, models: Models) -> Looked:
    watch = Stopwatch()
    asked = place.jobs.get(photo_id).model
    with watch.stage("load"):
        data = patiently(lambda: place.storage.get(photo_key(photo_id)), place.settings.patience_seconds)
    patient = PatientClassifier(models.classifier(asked), place.settings.patience_seconds)
    return critique(data, patient, place.settings.limits, watch)


def _keep(photo_id: str, looked: Looked, place: Place) -> Outcome:
    """The preview first: who sees the answer can see the preview."""
    patience = place.settings.patience_seconds
    patiently(lambda: place.storage.put(preview_key(photo_id), looked.preview), patience)
    if patiently(lambda: place.jobs.finish(photo_id, looked.critique), patience):
        metrics.observe(looked.critique.timings_ms)
        return _count(photo_id, Outcome.done, "")
    _forget_preview_of_deleted(photo_id, place)
    return _count(photo_id, Outcome.skipped, "late")


def _forget_preview_of_deleted(photo_id: str, place: Place) -> None:
    """The photo was deleted while it was worked on, perhaps before the preview was written."""
    try:
        place.jobs.get(photo_id)
    except PhotoNotFound:
        place.storage.delete(preview_key(photo_id))


def _put_back(photo_id: str, error: ServiceUnavailable, place: Place) -> Outcome:
    """To the end of the queue. Whatever is lost between the two steps, housekeeping finds."""
    if place.jobs.release(photo_id) > place.settings.max_releases:
        return _fail(photo_id, error, place)
    metrics.RELEASES.labels(error.code).inc()
    place.enqueue(photo_id)
    return _count(photo_id, Outcome.released, error.code)


def _fail(photo_id: str, error: CriticError, place: Place) -> Outcome:
    patiently(lambda: place.jobs.fail(photo_id, error.problem()), place.settings.patience_seconds)
    return _count(photo_id, Outcome.failed, error.code)


def _as_ours(error: Exception) -> CriticError:
    """Decoding answers any exception with PhotoBroken, also the one that says that time is up."""
    if isinstance(error, SoftTimeLimitExceeded) or isinstance(error.__cause__, SoftTimeLimitExceeded):
        return PhotoTookTooLong()
    if isinstance(error, CriticError):
        return error
    log.exception("photo_failed_unexpectedly", exc_info=error)
    return CriticError("Something broke on our side while looking at the photo.")


def _count(photo_id: str, outcome: Outcome, code: str) -> Outcome:
    metrics.PHOTOS.labels(outcome.value, code).inc()
    log.info(f"photo_{outcome.value}", photo_id=photo_id, code=code)
    return outcome


class PatientClassifier:
    """A classifier that waits for its server to come back, so that the decoded photo need not be thrown away."""

    def __init__(self, classifier: Classifier, seconds: float) -> None:
        self._classifier, self._seconds = classifier, seconds

    def manifest(self) -> Manifest:
        """As the classifier's own."""
        return patiently(self._classifier.manifest, self._seconds)

    def classify(self, tensor: Tensor) -> Answer:
        """As the classifier's own."""
        return patiently(lambda: self._classifier.classify(tensor), self._seconds)
