"""One delivery of photos: claim, classify, store. Idempotent: a delivery may be repeated after a crash at any point."""

from collections.abc import Sequence

from critic_core.contracts.errors import PhotoError, PhotoPoison, PhotoTimeout, ServiceUnavailable
from critic_core.contracts.photo import Photo
from critic_core.runtime.logs import logger
from critic_core.stores.jobs import Claim
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.batch import ScoredPhoto, classify_batch
from critic_worker.photos.models import Models
from critic_worker.photos.outcomes import Outcome, fail, record, requeue, store_result, to_critic_error

log = logger(__name__)


def process_photos(photo_ids: Sequence[str], context: WorkerContext, models: Models, redelivered: bool = False) -> None:
    """Process one delivery: photos for the same model, several when the queue is long.

    A `redelivered` batch has killed its process: it is split, so that no photo is blamed for another.
    Raises QueueUnavailable when Redis stays down: the delivery must be repeated.
    """
    with metrics.in_progress(len(photo_ids)):
        if len(photo_ids) == 1:
            _process_single(photo_ids[0], context, models)
        elif redelivered:
            split_batch(photo_ids, context)
        else:
            _process_batch_or_split(photo_ids, context, models)


def on_time_limit(photo_ids: Sequence[str], context: WorkerContext) -> None:
    """Fail the photo, or split the batch, whose process the hard time limit killed. Raises QueueUnavailable."""
    if len(photo_ids) == 1:
        context.jobs.fail(photo_ids[0], PhotoTimeout().problem())
    else:
        split_batch(photo_ids, context)


def split_batch(photo_ids: Sequence[str], context: WorkerContext) -> None:
    """Requeue the unfinished photos of a batch; each is claimed alone."""
    for photo_id in reversed(photo_ids):
        if context.jobs.requeue_alone(photo_id):
            context.send_ticket(1)
            record(photo_id, Outcome.requeued, "batch_split")


def _process_batch_or_split(photo_ids: Sequence[str], context: WorkerContext, models: Models) -> None:
    try:
        _process_batch(photo_ids, context, models)
    except Exception as error:  # noqa: BLE001 - the single deliveries will show which photo it was
        log.warning("batch_split", photos=len(photo_ids), error=repr(error))
        split_batch(photo_ids, context)


def _process_batch(photo_ids: Sequence[str], context: WorkerContext, models: Models) -> None:
    """Raises every error but that of an unusable photo."""
    claimed = _claim(photo_ids, context)
    if not claimed:
        return
    for scored in classify_batch(claimed, context, models):
        if isinstance(scored.result, PhotoError):
            error = to_critic_error(scored.result, context.time_limit_error)
            if isinstance(error, PhotoTimeout):
                raise error  # the batch shared the time
        _store(scored, context, models)


def _process_single(photo_id: str, context: WorkerContext, models: Models) -> None:
    photos = _claim([photo_id], context)
    if not photos:
        return
    try:
        (scored,) = classify_batch(photos, context, models)
        _store(scored, context, models)
    except ServiceUnavailable as error:
        requeue(photo_id, error, context)
    except Exception as error:  # noqa: BLE001 - any error is a result for the photo's owner
        fail(photo_id, to_critic_error(error, context.time_limit_error), context)


def _claim(photo_ids: Sequence[str], context: WorkerContext) -> list[Photo]:
    """The photos to work on."""
    claims = context.jobs.claim(photo_ids, context.settings.max_deliveries)
    for photo_id, (claim, _) in zip(photo_ids, claims, strict=True):
        if claim is Claim.poison:
            context.jobs.move_to_dead_letters(photo_id, PhotoPoison().problem())
            record(photo_id, Outcome.failed, PhotoPoison.code)
        elif claim is not Claim.claimed:
            record(photo_id, Outcome.skipped, claim.value)
    return [photo for _, photo in claims if photo]


def _store(scored: ScoredPhoto, context: WorkerContext, models: Models) -> None:
    photo, result = scored.photo, scored.result
    if isinstance(result, PhotoError):
        fail(photo.id, to_critic_error(result, context.time_limit_error), context)
    elif store_result(photo, result, context):
        models.compare(photo, scored.data, result)
