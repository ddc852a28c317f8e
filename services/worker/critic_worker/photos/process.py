"""Photos' way through a worker: claim, load, look, keep. Safe to run twice for the same photo, at any point."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded

from critic_core.contracts.errors import (
    CriticError,
    PhotoError,
    PhotoNotFound,
    PhotoPoison,
    PhotoTookTooLong,
    ServiceUnavailable,
)
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.album_results import AnswerStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import Claim, JobStore
from critic_core.stores.worker_status import NoticeBoard
from critic_worker import metrics
from critic_worker.inference.classifier import Answer, Classifier, Tensor
from critic_worker.photos.critique import Given, Looked, critiques
from critic_worker.photos.models import Models
from critic_worker.photos.stopwatch import Stopwatch
from critic_worker.retry import patiently
from critic_worker.settings import WorkerSettings

log = logger(__name__)


class Outcome(StrEnum):
    """What became of a delivery."""

    done = "done"
    failed = "failed"
    released = "released"  # put back: a service is away
    skipped = "skipped"  # answered before, or deleted


@dataclass(frozen=True)
class _Answered:
    """A photo, its bytes, and what was found out about it."""

    photo: Photo
    data: bytes
    looked: Looked | PhotoError


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


def process(photo_ids: Sequence[str], place: Place, models: Models, again: bool = False) -> None:
    """Answer one delivery of photos that ask for the same model. A task brings several when many wait.

    A delivery that comes `again` brought its worker down: then each photo is looked at by itself, so that none is
    blamed for another. Raises QueueUnavailable when Redis stays away: the delivery must come again.
    """
    with metrics.in_work(len(photo_ids)):
        _process(photo_ids, place, models, again)


def _process(photo_ids: Sequence[str], place: Place, models: Models, again: bool) -> None:
    if len(photo_ids) == 1:
        _process_alone(photo_ids[0], place, models)
    elif again:
        _part(photo_ids, place)
    else:
        try:
            _process_together(photo_ids, place, models)
        except Exception as error:  # noqa: BLE001 - each by itself will tell what it was, and whose
            log.warning("photos_apart", photos=len(photo_ids), error=repr(error))
            _part(photo_ids, place)


def stopped(photo_ids: Sequence[str], place: Place) -> None:
    """The process that worked on these photos was stopped by the time limit. Raises QueueUnavailable."""
    if len(photo_ids) == 1:
        place.jobs.fail(photo_ids[0], PhotoTookTooLong().problem())
    else:
        _part(photo_ids, place)


def _part(photo_ids: Sequence[str], place: Place) -> None:
    """Put photos that came together, and are not answered yet, back one by one."""
    for photo_id in photo_ids:
        with suppress(PhotoNotFound):
            _part_one(photo_id, place)


def _part_one(photo_id: str, place: Place) -> None:
    state = place.jobs.get(photo_id).state
    if state.final:
        return
    if state is PhotoState.running:
        place.jobs.release(photo_id)
    place.enqueue(photo_id)
    _count(photo_id, Outcome.released, "apart")


def _process_together(photo_ids: Sequence[str], place: Place, models: Models) -> None:
    """Any trouble but that of a photo which cannot be used is raised: then each is tried by itself."""
    claimed = [photo_id for photo_id in photo_ids if _claim(photo_id, place)]
    if not claimed:
        return
    for answered in _look(claimed, place, models):
        if isinstance(answered.looked, PhotoError) and isinstance(_as_ours(answered.looked), PhotoTookTooLong):
            raise _as_ours(answered.looked)  # the time was that of all
        _settle(answered, place, models)


def _process_alone(photo_id: str, place: Place, models: Models) -> None:
    if not _claim(photo_id, place):
        return
    try:
        (answered,) = _look([photo_id], place, models)
        _settle(answered, place, models)
    except ServiceUnavailable as error:
        _put_back(photo_id, error, place)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the photo's owner is told
        _fail(photo_id, _as_ours(error), place)


def _claim(photo_id: str, place: Place) -> bool:
    """True when the photo is to be worked on."""
    claim = place.jobs.claim(photo_id, place.settings.max_deliveries)
    if claim is Claim.poison:
        place.jobs.bury(photo_id, PhotoPoison().problem())
        _count(photo_id, Outcome.failed, PhotoPoison.code)
    elif claim is not Claim.taken:
        _count(photo_id, Outcome.skipped, claim.value)
    return claim is Claim.taken


def _look(photo_ids: Sequence[str], place: Place, models: Models) -> list[_Answered]:
    """Those that go the same way are one question."""
    photos = [place.jobs.get(photo_id) for photo_id in photo_ids]
    given = [_load(photo_id, place) for photo_id in photo_ids]
    ways = patiently(lambda: models.ways(photos), place.settings.patience_seconds)
    looked: dict[str, Looked | PhotoError] = {}
    for way in dict.fromkeys(ways):
        mine = [number for number, own in enumerate(ways) if own == way]
        patient = PatientClassifier(models.for_photo(photos[mine[0]]), place.settings.patience_seconds)
        told = critiques([given[number] for number in mine], patient, place.settings.limits)
        looked |= {photos[number].id: one for number, one in zip(mine, told, strict=True)}
    return [_Answered(photo, data.data, looked[photo.id]) for photo, data in zip(photos, given, strict=True)]


def _load(photo_id: str, place: Place) -> Given:
    watch = Stopwatch()
    with watch.stage("load"):
        data = patiently(lambda: place.storage.get(photo_key(photo_id)), place.settings.patience_seconds)
    return Given(data, watch)


def _settle(answered: _Answered, place: Place, models: Models) -> None:
    photo, looked = answered.photo, answered.looked
    if isinstance(looked, PhotoError):
        _fail(photo.id, _as_ours(looked), place)
    elif _keep(photo.id, looked, place):
        models.compare(photo, answered.data, looked)


def _keep(photo_id: str, looked: Looked, place: Place) -> bool:
    """The preview first: who sees the answer can see the preview. False when the answer came too late."""
    patience = place.settings.patience_seconds
    patiently(lambda: place.storage.put(preview_key(photo_id), looked.preview), patience)
    if patiently(lambda: place.jobs.finish(photo_id, looked.critique), patience):
        metrics.observe(photo_id, looked.critique)
        _count(photo_id, Outcome.done, "")
        return True
    _forget_preview_of_deleted(photo_id, place)
    _count(photo_id, Outcome.skipped, "late")
    return False


def _forget_preview_of_deleted(photo_id: str, place: Place) -> None:
    """The photo was deleted while it was worked on, perhaps before the preview was written."""
    try:
        place.jobs.get(photo_id)
    except PhotoNotFound:
        place.storage.delete(preview_key(photo_id))


def _put_back(photo_id: str, error: ServiceUnavailable, place: Place) -> None:
    """To the end of the queue. Whatever is lost between the two steps, housekeeping finds."""
    if place.jobs.release(photo_id) > place.settings.max_releases:
        _fail(photo_id, error, place)
        return
    metrics.RELEASES.labels(error.code).inc()
    place.enqueue(photo_id)
    _count(photo_id, Outcome.released, error.code)


def _fail(photo_id: str, error: CriticError, place: Place) -> None:
    patiently(lambda: place.jobs.fail(photo_id, error.problem()), place.settings.patience_seconds)
    _count(photo_id, Outcome.failed, error.code)


def _as_ours(error: Exception) -> CriticError:
    """Decoding answers any exception with PhotoBroken, also the one that says that time is up."""
    if isinstance(error, SoftTimeLimitExceeded) or isinstance(error.__cause__, SoftTimeLimitExceeded):
        return PhotoTookTooLong()
    if isinstance(error, CriticError):
        return error
    log.exception("photo_failed_unexpectedly", exc_info=error)
    return CriticError("Something broke on our side while looking at the photo.")


def _count(photo_id: str, outcome: Outcome, code: str) -> None:
    metrics.PHOTOS.labels(outcome.value, code).inc()
    log.info(f"photo_{outcome.value}", photo_id=photo_id, code=code)


class PatientClassifier:
    """A classifier that waits for its server to come back, so that the decoded photo need not be thrown away."""

    def __init__(self, classifier: Classifier, seconds: float) -> None:
        self._classifier, self._seconds = classifier, seconds

    def manifest(self) -> Manifest:
        """As the classifier's own."""
        return patiently(self._classifier.manifest, self._seconds)

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        """As the classifier's own."""
        return patiently(lambda: self._classifier.classify(tensors), self._seconds)
